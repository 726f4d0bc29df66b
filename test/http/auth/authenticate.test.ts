import { hashSync } from '@node-rs/bcrypt';
import test from 'ava';
import { createAuthenticator } from '../../../src/http/auth/authenticate.ts';
import { parseGrants } from '../../../src/http/auth/grants.ts';
import { Verifier } from '../../../src/http/auth/verifier.ts';

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const users = new Map([['alice', [hashSync('päss', { cost: 4 })]]]);
const verifier = new Verifier(users);
const grants = parseGrants('alice: {roles: [droplets], repositories: [cf/*]}');

test('right credentials give the user with what the grants say', async (t) => {
  const identity = await createAuthenticator(verifier, grants).identify(basic('alice', 'päss'));
  t.is(identity?.user, 'alice');
  t.deepEqual([...(identity?.roles ?? [])], ['droplets']);
  t.true(identity?.mayUse('cf/1234'));
  t.false(identity?.mayUse('other/1234'));
});

test('no, wrong and malformed credentials are nobody', async (t) => {
  const authenticator = createAuthenticator(verifier, grants);
  for (const header of [undefined, '', 'Basic', 'Bearer x', basic('alice', 'pass'), basic('bob', 'päss')]) {
    t.is(await authenticator.identify(header), undefined);
    t.is(authenticator.known(header), undefined);
  }
});

test('without users everybody is anonymous and may do everything', async (t) => {
  const authenticator = createAuthenticator(undefined, grants);
  for (const header of [undefined, 'nonsense', basic('alice', 'wrong')]) {
    const identity = await authenticator.identify(header);
    t.is(identity?.user, 'anonymous');
    t.deepEqual([...(identity?.roles ?? [])].toSorted(), ['admin', 'droplets', 'pull']);
    t.true(identity?.mayUse('any/thing'));
  }
});

test('who was identified is known, and only by the same credentials', async (t) => {
  const authenticator = createAuthenticator(new Verifier(users), grants);
  t.is(authenticator.known(basic('alice', 'päss')), undefined);
  await authenticator.identify(basic('alice', 'päss'));
  t.is(authenticator.known(basic('alice', 'päss'))?.user, 'alice');
  t.is(authenticator.known(basic('alice', 'pass')), undefined);
  t.is(authenticator.known(basic('alicepäss', '')), undefined);
});

test('a new password ends what was known of the old one', async (t) => {
  const changing = new Verifier(users);
  const authenticator = createAuthenticator(changing, grants);
  await authenticator.identify(basic('alice', 'päss'));
  changing.replace(new Map([['alice', [hashSync('other', { cost: 4 })]]]));
  t.is(authenticator.known(basic('alice', 'päss')), undefined);
});
