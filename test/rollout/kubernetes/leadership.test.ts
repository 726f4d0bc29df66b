import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { Leadership } from '../../../src/rollout/kubernetes/leadership.ts';
import { Lease } from '../../../src/rollout/kubernetes/lease.ts';
import { send, standIn } from './stand-in.ts';

type Stored = { metadata: { resourceVersion: string }; spec: Record<string, unknown> };

/** A stand-in that keeps one Lease as the API server does, and answers nothing while it is `away`. `onCreate` comes before the answer. */
async function leaseStore(t: ExecutionContext, onCreate?: () => void) {
  const state = { lease: undefined as Stored | undefined, away: false, version: 1 };
  const { api } = await standIn(t, ({ method, body }, response) => {
    if (state.away) return;
    const given = body as Stored;
    if (method === 'POST' && state.lease !== undefined)
      return send(response, 409, { reason: 'AlreadyExists' });
    if (method !== 'POST' && state.lease === undefined) return send(response, 404, { reason: 'NotFound' });
    if (method === 'PATCH' && given.metadata.resourceVersion !== state.lease?.metadata.resourceVersion)
      return send(response, 409, { reason: 'Conflict' });
    if (method !== 'GET')
      state.lease = {
        metadata: { resourceVersion: String(state.version++) },
        spec: { ...state.lease?.spec, ...given.spec },
      };
    if (method === 'POST') onCreate?.();
    send(response, 200, state.lease ?? {});
  });
  const contender = (identity: string, terms: object = {}, seconds = 600) =>
    new Leadership(new Lease(api, { namespace: 'dropstack', name: 'patcher', identity }, seconds), {
      renewDeadline: 30_000,
      renewEvery: 100,
      retryRenewal: 50,
      lookEvery: 50,
      ...terms,
    });
  return { state, contender };
}

/** Work that lasts until it is told to end, and says when it began and ended. */
function working(log: string[], name: string) {
  return async (signal: AbortSignal): Promise<void> => {
    log.push(`${name} leads`);
    await delay(600_000, undefined, { signal }).catch(() => undefined);
    log.push(`${name} stops`);
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !condition(); await delay(5)) {
    if (Date.now() > end) throw new Error('It did not happen within 30 s');
  }
}

test('one leads; when it ends it gives the lease back, and the other leads', async (t) => {
  const { state, contender } = await leaseStore(t);
  const log: string[] = [];
  const [first, second] = [new AbortController(), new AbortController()];
  const one = contender('one').run(first.signal, working(log, 'one'));
  await until(() => log.length === 1);
  // A lease lasts far longer than the test: only one that is given back is had so soon.
  const two = contender('two').run(second.signal, working(log, 'two'));
  await delay(300);
  t.deepEqual(log, ['one leads']);
  first.abort();
  await one;
  await until(() => log.length === 3);
  second.abort();
  await two;
  t.deepEqual(log, ['one leads', 'one stops', 'two leads', 'two stops']);
  t.is(state.lease?.spec['leaseTransitions'], 1);
  t.is(state.lease?.spec['holderIdentity'], null);
});

test('a lease that nobody renews is taken over after its duration, and no sooner', async (t) => {
  const { state, contender } = await leaseStore(t);
  // A clock that is far ahead of ours counts for nothing.
  const spec = { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime: '2999-01-01T00:00:00.000000Z' };
  state.lease = { metadata: { resourceVersion: '0' }, spec };
  const log: string[] = [];
  const stop = new AbortController();
  const began = performance.now();
  const running = contender('heir').run(stop.signal, working(log, 'heir'));
  await until(() => log.length === 1);
  t.true(performance.now() - began > 1_000);
  stop.abort();
  await running;
});

test('one that cannot renew stops well before the lease is over, and leads again later', async (t) => {
  const { state, contender } = await leaseStore(t);
  const log: string[] = [];
  const stop = new AbortController();
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const running = contender('one', { onFailure, renewDeadline: 1_000 }, 60).run(
    stop.signal,
    working(log, 'one'),
  );
  await until(() => log.length === 1);
  await delay(300);
  state.away = true;
  const left = performance.now();
  await until(() => log.length === 2);
  t.true(performance.now() - left < 10_000, 'a good while before the 60 s are over');
  t.true(failures.length > 0);
  t.is(state.lease?.spec['holderIdentity'], 'one', 'there was nobody to give it back to');
  state.away = false;
  await until(() => log.length === 3);
  stop.abort();
  await running;
});

test('one whose lease another holds stops at once', async (t) => {
  const { state, contender } = await leaseStore(t);
  const log: string[] = [];
  const stop = new AbortController();
  const running = contender('one', { renewDeadline: 600_000 }).run(stop.signal, working(log, 'one'));
  await until(() => log.length === 1);
  state.lease = {
    metadata: { resourceVersion: 'other' },
    spec: { holderIdentity: 'two', leaseDurationSeconds: 600 },
  };
  await until(() => log.length === 2);
  stop.abort();
  await running;
  t.is(state.lease.spec['holderIdentity'], 'two');
});

test('work that takes its time to end is waited for, and the lease is kept until then', async (t) => {
  const { state, contender } = await leaseStore(t);
  const stop = new AbortController();
  const ending = Promise.withResolvers<void>();
  let hasBegun = false;
  const running = contender('one').run(stop.signal, async () => {
    hasBegun = true;
    await ending.promise;
  });
  await until(() => hasBegun);
  stop.abort();
  const { version } = state;
  await until(() => state.version > version + 2);
  t.is(state.lease?.spec['holderIdentity'], 'one');
  ending.resolve();
  await running;
  t.is(state.lease?.spec['holderIdentity'], null);
});

test('one that ends while it takes the lease gives it back', async (t) => {
  const stop = new AbortController();
  const { state, contender } = await leaseStore(t, () => stop.abort());
  await contender('one').run(stop.signal, async () => t.fail('it does not lead'));
  t.is(state.lease?.spec['holderIdentity'], null);
});

test('work that ends by itself ends it all, and what it fails with is thrown', async (t) => {
  const { state, contender } = await leaseStore(t);
  const stop = new AbortController();
  await contender('one').run(stop.signal, async () => undefined);
  t.is(state.lease?.spec['holderIdentity'], null);
  const reason = new Error('a bug');
  const failing = contender('one').run(stop.signal, async () => {
    throw reason;
  });
  t.is(await t.throwsAsync(failing), reason);
  t.is(state.lease?.spec['holderIdentity'], null);
});

test('of many that begin at once, one leads', async (t) => {
  const { contender } = await leaseStore(t);
  const log: string[] = [];
  const stop = new AbortController();
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const names = Array.from({ length: 8 }, (_, i) => `n${i}`);
  const all = names.map((name) => contender(name, { onFailure }).run(stop.signal, working(log, name)));
  await until(() => log.length > 0);
  await delay(500);
  t.is(log.length, 1);
  stop.abort();
  await Promise.all(all);
  t.false(failures.some((error) => isFailure(error, 'conflict')));
});
