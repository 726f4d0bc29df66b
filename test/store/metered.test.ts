import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import fc from 'fast-check';
import {
  addCounters,
  newStoreCounters,
  operations,
  storeBounds,
  takeCounters,
} from '../../src/store/counters.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { meteredStore } from '../../src/store/metered.ts';
import { openStore } from '../../src/store/open.ts';
import { resumingStore } from '../../src/store/resuming.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';
import { storeConformance } from './conformance.ts';
import { failsAfter, ShakyStore } from './shaky-store.ts';

const withS3 = testWith('versitygw', 'setpriv');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<Versitygw> | undefined;
async function newS3(): Promise<Store> {
  started ??= startVersitygw(stack);
  return openStore({ s3: await (await started).bucket(), singleWriter: false });
}

const newDirectory = async (): Promise<Store> => DirectoryStore.open(await tempDir(stack));

const drivers = [
  { name: 'directory', test, open: newDirectory },
  { name: 'memory', test, open: async () => new MemoryStore() },
  { name: 's3', test: withS3, open: newS3 },
] as const;

for (const { name, test: run, open } of drivers) {
  storeConformance(run, `metered ${name}`, async () => meteredStore(await open(), newStoreCounters()));

  run(`metered ${name}: counts each byte that moves, once`, async (t) => {
    const { store, counted } = meter(await open());
    const bytes = randomBytes(3_000_001);
    await store.put('array', bytes);
    t.deepEqual(counted(), { bytesWritten: bytes.length, requests: { put: 1 } });
    await store.put('stream', Readable.from(pieces(bytes)));
    t.deepEqual(counted(), { bytesWritten: bytes.length, requests: { put: 1 } });
    await store.put('begun', await begun(bytes));
    t.deepEqual(
      counted(),
      { bytesWritten: bytes.length, requests: { put: 1 } },
      'some of it had come before',
    );

    t.true((await readObject(store, 'stream')).equals(bytes));
    t.deepEqual(counted(), { bytesRead: bytes.length, requests: { get: 1 } });
    const range = await store.open('stream', { start: 1_000_000, end: 1_000_099 });
    t.is(range && (await buffer(range.body)).length, 100);
    t.deepEqual(counted(), { bytesRead: 100, requests: { get: 1 } });

    t.is(await store.open('missing'), undefined);
    t.is((await store.stat('array'))?.size, bytes.length);
    t.deepEqual(await keysBelow(store, ''), ['array', 'begun', 'stream']);
    await store.remove('array');
    t.deepEqual(counted(), { requests: { get: 1, stat: 1, list: 1, remove: 1 } });

    t.is(await store.put('stream', Buffer.from('late'), 'absent'), undefined);
    t.deepEqual(counted(), { bytesWritten: 4, requests: { put: 1 } }, 'it was given all the same');
  });

  run(`metered ${name}: what a body fails with is no failure of the store`, async (t) => {
    const { store, counted } = meter(await open());
    const body = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('broken on the way');
      })(),
    );
    await t.throwsAsync(store.put('new', body), { message: 'broken on the way' });
    t.deepEqual(counted(), { bytesWritten: 4, requests: { put: 1 } });
  });
}

test('a store that is away fails at all that it is asked', async (t) => {
  const shaky = new ShakyStore(new MemoryStore());
  const { store, counted } = meter(shaky);
  shaky.away = true;
  const away = { code: 'unavailable' };
  await t.throwsAsync(store.stat('a'), away);
  await t.throwsAsync(store.open('a'), away);
  await t.throwsAsync(keysBelow(store, ''), away);
  await t.throwsAsync(store.put('a', Buffer.from('x')), away);
  await t.throwsAsync(store.put('a', Readable.from([Buffer.from('x')])), away);
  await t.throwsAsync(store.remove('a'), away);
  const asked = { stat: 1, get: 1, list: 1, put: 2, remove: 1 };
  t.deepEqual(counted(), { requests: asked, failures: asked });
});

test('a body that breaks is a failure of the store, and one that its reader ends is none', async (t) => {
  const shaky = new ShakyStore(new MemoryStore());
  const patience = { tries: 1, triesInAll: 1, pause: 1, longestPause: 1 };
  const { store, counted } = meter(resumingStore(shaky, patience));
  const bytes = randomBytes(1000);
  await store.put('a', bytes);
  shaky.way = failsAfter(400);
  await t.throwsAsync(readObject(store, 'a'), { code: 'unavailable' });
  const { failures } = counted();
  t.deepEqual(failures, { get: 1 });

  shaky.way = undefined;
  const object = await store.open('a');
  const closed = new Promise((resolve) => object?.body.once('close', resolve));
  object?.body.on('error', () => undefined).destroy(new Error('the client has left'));
  await closed;
  t.deepEqual(counted().failures, undefined);
});

test('a body stays what the store gave, and nothing is read that nobody wants', async (t) => {
  const inner = await DirectoryStore.open(await tempDir(t));
  const { store, counted } = meter(inner);
  await inner.put('a', randomBytes(2_000_000));
  const object = await store.open('a');
  t.deepEqual(object && { ...object, body: undefined }, {
    info: await inner.stat('a'),
    body: undefined,
    isLocal: true,
  });
  t.deepEqual(counted(), { requests: { get: 1 } });
  object?.body.destroy();
});

test('how long the store takes is counted, and not how long its readers or what it is given take', async (t) => {
  const counters = newStoreCounters();
  const store = meteredStore(new MemoryStore(), counters);
  const timed = (): object =>
    notZero(
      Object.fromEntries(
        operations.map((name) => [name, counters.times[name].counts.reduce((sum, count) => sum + count, 0)]),
      ),
    );
  await store.put('a', Buffer.from('x'));
  await store.put('b', Readable.from([Buffer.from('x')]));
  t.deepEqual(timed(), { put: 1 });
  for await (const _ of store.list('')) t.deepEqual(timed(), { put: 1, list: 1 });
  t.deepEqual(await keysBelow(store, 'none/'), []);
  t.is((await readObject(store, 'a')).length, 1);
  await store.stat('missing');
  await store.remove('a');
  t.deepEqual(timed(), { put: 1, list: 2, get: 1, stat: 1, remove: 1 });
});

test('what is taken and what is left are all that was counted', (t) => {
  const count = fc.nat();
  const each = fc.record(Object.fromEntries(operations.map((name) => [name, count])) as Counts);
  const lengths = storeBounds.length + 1;
  const length = fc.array(count, { minLength: lengths, maxLength: lengths });
  const time = fc.record({ counts: length, sum: count });
  const times = fc.record({ get: time, stat: time, list: time, put: time, remove: time });
  const counters = fc.record({
    bytesRead: count,
    bytesWritten: count,
    requests: each,
    failures: each,
    times,
  });
  fc.assert(
    fc.property(fc.array(counters, { maxLength: 5 }), counters, (earlier, later) => {
      const here = newStoreCounters();
      const total = newStoreCounters();
      for (const more of earlier) addCounters(here, more);
      addCounters(total, takeCounters(here));
      addCounters(here, later);
      t.deepEqual(here, later);
      addCounters(total, takeCounters(here));
      t.deepEqual(here, newStoreCounters());
      for (const operation of operations) {
        const all = [...earlier, later].map(({ failures }) => failures[operation]);
        t.is(
          total.failures[operation],
          all.reduce((sum, value) => sum + value, 0),
        );
        t.is(
          total.times[operation].counts[3],
          [...earlier, later].reduce((sum, { times: { [operation]: of } }) => sum + (of.counts[3] ?? 0), 0),
        );
      }
    }),
  );
});

type Counts = Record<(typeof operations)[number], fc.Arbitrary<number>>;

/** @returns `counted`: what is not zero of what was counted since it was last asked */
function meter(inner: Store) {
  const counters = newStoreCounters();
  const counted = (): object & { failures?: object } => {
    const { requests, failures, times: _, ...bytes } = takeCounters(counters);
    const some = Object.entries({ requests: notZero(requests), failures: notZero(failures) });
    return {
      ...notZero(bytes),
      ...Object.fromEntries(some.filter(([, values]) => Object.keys(values).length > 0)),
    };
  };
  return { store: meteredStore(inner, counters), counted };
}

function notZero(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
}

function* pieces(bytes: Buffer): Generator<Buffer, undefined> {
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536);
}

/** A stream that has buffered its first bytes. */
async function begun(bytes: Buffer): Promise<Readable> {
  const chunks = pieces(bytes);
  const stream = new Readable({
    read() {
      const { value, done } = chunks.next();
      this.push(done === true ? null : value);
    },
  });
  await new Promise((resolve) => stream.once('readable', resolve));
  return stream;
}
