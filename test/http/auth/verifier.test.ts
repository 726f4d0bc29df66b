import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { hashSync, parseOptions, verify } from '@node-rs/bcrypt';
import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import type { Users } from '../../../src/http/auth/htpasswd.ts';
import { Verifier, type VerifierOptions } from '../../../src/http/auth/verifier.ts';

const hashOf = (password: string, cost = 4) => hashSync(password, { cost });
const users: Users = new Map([
  ['alice', [hashOf('old'), hashOf('new')]],
  ['bob', [hashOf('secret')]],
]);

/** A verifier over real bcrypt that notes each comparison. */
function watched(options: VerifierOptions = {}, from: Users = users) {
  const costs: number[] = [];
  const most = { running: 0, seen: 0 };
  const compare = async (password: string, hash: string) => {
    costs.push(parseOptions(hash).cost);
    most.seen = Math.max(most.seen, ++most.running);
    await setImmediate();
    const result = await verify(password, hash);
    most.running--;
    return result;
  };
  return { verifier: new Verifier(from, { ...options, compare }), costs, most };
}

test('each of a user’s passwords is right, and nothing else', async (t) => {
  const verifier = new Verifier(users);
  t.true(await verifier.verify('alice', 'old'));
  t.true(await verifier.verify('alice', 'new'));
  t.false(await verifier.verify('alice', 'secret'));
  t.false(await verifier.verify('bob', 'old'));
  t.false(await verifier.verify('carol', 'secret'));
  t.false(await verifier.verify('', ''));
});

test('a right password is compared once', async (t) => {
  const { verifier, costs } = watched();
  t.true(await verifier.verify('bob', 'secret'));
  t.true(await verifier.verify('bob', 'secret'));
  t.is(costs.length, 1);
  t.false(await verifier.verify('bob', 'Secret'));
  t.is(costs.length, 2);
});

test('a wrong password is remembered for a shorter time', async (t) => {
  const { verifier, costs } = watched({ wrongMs: 1_000 });
  t.false(await verifier.verify('bob', 'no'));
  t.false(await verifier.verify('bob', 'no'));
  t.is(costs.length, 1);
  await sleep(1_100);
  t.false(await verifier.verify('bob', 'no'));
  t.is(costs.length, 2);
});

test('a right password is compared again in the end', async (t) => {
  const { verifier, costs } = watched({ rightMs: 10 });
  t.true(await verifier.verify('bob', 'secret'));
  await sleep(50);
  t.true(await verifier.verify('bob', 'secret'));
  t.is(costs.length, 2);
});

test('the same credentials at once cause one comparison', async (t) => {
  const { verifier, costs } = watched();
  const answers = await Promise.all(Array.from({ length: 50 }, () => verifier.verify('bob', 'secret')));
  t.deepEqual(new Set(answers), new Set([true]));
  t.is(costs.length, 1);
});

test('user and password are kept apart in the cache', async (t) => {
  const verifier = new Verifier(new Map([['ab', [hashOf('c')]]]));
  t.true(await verifier.verify('ab', 'c'));
  t.false(await verifier.verify('a', 'bc'));
  t.false(await verifier.verify('abc', ''));
});

test('an unknown user costs as much as the dearest known one', async (t) => {
  const { verifier, costs } = watched(
    {},
    new Map([
      ['a', [hashOf('x')]],
      ['b', [hashOf('y'), hashOf('z', 6)]],
    ]),
  );
  t.false(await verifier.verify('nobody', 'x'));
  t.deepEqual(costs, [6]);
});

test('replacing the users forgets what was learnt of the old ones', async (t) => {
  const { verifier } = watched();
  t.true(await verifier.verify('bob', 'secret'));
  t.false(await verifier.verify('bob', 'changed'));
  verifier.replace(new Map([['bob', [hashOf('changed')]]]));
  t.false(await verifier.verify('bob', 'secret'));
  t.true(await verifier.verify('bob', 'changed'));
  t.false(await verifier.verify('alice', 'old'));
});

test('what was being compared when the users changed is compared anew', async (t) => {
  const { verifier } = watched();
  const early = verifier.verify('bob', 'secret');
  verifier.replace(new Map([['bob', [hashOf('changed')]]]));
  const late = verifier.verify('bob', 'secret');
  const fresh = verifier.verify('bob', 'changed');
  t.false(await early);
  t.false(await late);
  t.true(await fresh);
  t.false(await verifier.verify('bob', 'secret'));
});

test('comparisons are bounded, and so is the queue for them', async (t) => {
  const { verifier, most, costs } = watched({ concurrency: 2, queue: 5 });
  const asked = Array.from({ length: 20 }, (_, i) => verifier.verify('bob', `guess ${i}`));
  const results = await Promise.allSettled(asked);
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  t.is(most.seen, 2);
  t.is(costs.length + reasons.length, 20);
  t.true(reasons.length >= 13);
  for (const reason of reasons) {
    t.true(reason instanceof Failure && reason.code === 'busy' && reason.retryAfter !== undefined);
  }
  t.true(await verifier.verify('bob', 'secret'), 'and afterwards it goes on');
});

test('who is known already does not queue', async (t) => {
  const { verifier } = watched({ concurrency: 1, queue: 1 });
  t.true(await verifier.verify('bob', 'secret'));
  const guesses = Array.from({ length: 5 }, (_, i) => verifier.verify('bob', `guess ${i}`));
  t.true(await verifier.verify('bob', 'secret'));
  const settled = await Promise.allSettled(guesses);
  t.true(settled.some(({ status }) => status === 'rejected'));
});

test('a comparison that fails is not remembered', async (t) => {
  let broken = true;
  const compare = (password: string, hash: string) =>
    broken ? Promise.reject(new Error('no threads')) : verify(password, hash);
  const verifier = new Verifier(users, { compare });
  await t.throwsAsync(() => verifier.verify('bob', 'secret'), { message: 'no threads' });
  broken = false;
  t.true(await verifier.verify('bob', 'secret'));
});
