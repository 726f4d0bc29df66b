import { hashSync } from '@node-rs/bcrypt';
import test from 'ava';
import { createAuthenticate } from '../../../src/http/auth/authenticate.ts';
import { parseGrants } from '../../../src/http/auth/grants.ts';
import { Verifier } from '../../../src/http/auth/verifier.ts';

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const verifier = new Verifier(new Map([['alice', [hashSync('päss', { cost: 4 })]]]));
const grants = parseGrants('alice: {roles: [droplets], repositories: [cf/*]}');

test('right credentials give the user with what the grants say', async (t) => {
  const identity = await createAuthenticate(verifier, grants)(basic('alice', 'päss'));
  t.is(identity?.user, 'alice');
  t.deepEqual([...(identity?.roles ?? [])], ['droplets']);
  t.true(identity?.mayUse('cf/1234'));
  t.false(identity?.mayUse('other/1234'));
});

test('no, wrong and malformed credentials are nobody', async (t) => {
  const authenticate = createAuthenticate(verifier, grants);
  for (const header of [undefined, '', 'Basic', 'Bearer x', basic('alice', 'pass'), basic('bob', 'päss')]) {
    t.is(await authenticate(header), undefined);
  }
});

test('without users everybody is anonymous and may do everything', async (t) => {
  const authenticate = createAuthenticate(undefined, grants);
  for (const header of [undefined, 'nonsense', basic('alice', 'wrong')]) {
    const identity = await authenticate(header);
    t.is(identity?.user, 'anonymous');
    t.deepEqual([...(identity?.roles ?? [])].toSorted(), ['admin', 'droplets', 'pull']);
    t.true(identity?.mayUse('any/thing'));
  }
});
