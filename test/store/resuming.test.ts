import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { Failure, isFailure } from '../../src/errors.ts';
import { resumingReader, resumingStore } from '../../src/store/resuming.ts';
import type { ByteRange, ObjectInfo, OpenObject, ReadableStore } from '../../src/store/store.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { storeConformance } from './conformance.ts';

storeConformance(test, 'resuming', async () => resumingStore(new MemoryStore()));

/** What becomes of one `open`: it gives so many bytes and then does that, or something else altogether. */
type Turn =
  | { gives: number; ends: 'cleanly' | 'error' | 'close' | 'stall' | 'too much' }
  | { opens: 'unavailable' | 'damaged' | 'nothing' | 'another' | 'larger' };

/** An object in memory that is opened by turns, and as it should be when there are no more. */
class FaultyStore implements ReadableStore {
  readonly bytes: Buffer;
  readonly asked: (ByteRange | undefined)[] = [];
  readonly bodies: Readable[] = [];
  readonly #turns: Turn[];
  readonly #piece: number;

  constructor(bytes: Buffer, turns: readonly Turn[], piece = 10) {
    this.bytes = bytes;
    this.#turns = [...turns];
    this.#piece = piece;
  }

  async stat(): Promise<ObjectInfo> {
    const turn = this.#turns.shift();
    if (turn !== undefined) throw new Failure('unavailable', 'the store is away');
    return this.#info;
  }

  async open(_key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    this.asked.push(range);
    const turn = this.#turns.shift() ?? { gives: Infinity, ends: 'cleanly' };
    const wanted = this.bytes.subarray(range?.start ?? 0, (range?.end ?? Infinity) + 1);
    if ('gives' in turn) return { info: this.#info, body: this.#body(wanted, turn.gives, turn.ends) };
    if (turn.opens === 'unavailable') throw new Failure('unavailable', 'the store is away');
    if (turn.opens === 'damaged') throw new Failure('corrupt', 'the store is damaged');
    if (turn.opens === 'nothing') return undefined;
    const other = turn.opens === 'another' ? { etag: 'other' } : { size: this.bytes.length + 1 };
    return { info: { ...this.#info, ...other }, body: this.#body(wanted, Infinity, 'cleanly') };
  }

  async *list(): AsyncIterable<ObjectInfo> {
    yield this.#info;
  }

  async *folders(): AsyncIterable<string> {}

  get #info(): ObjectInfo {
    return { key: 'key', size: this.bytes.length, modified: 0, etag: 'etag' };
  }

  #body(wanted: Buffer, gives: number, ends: string): Readable {
    const given = ends === 'too much' ? Buffer.concat([wanted, Buffer.alloc(1)]) : wanted.subarray(0, gives);
    let at = 0;
    const body = new Readable({
      read: () => {
        const piece = given.subarray(at, (at += this.#piece));
        if (piece.length > 0) body.push(piece);
        else if (ends === 'error') body.destroy(new Error('broken on the way'));
        else if (ends === 'close') body.destroy();
        else if (ends !== 'stall') body.push(null);
      },
    });
    this.bodies.push(body);
    return body;
  }
}

const impatient = { stall: 25, pause: 1, longestPause: 4 };

async function read(store: ReadableStore, range?: ByteRange): Promise<Buffer> {
  const object = await store.open('key', range);
  if (object === undefined) throw new Error('not there');
  return buffer(object.body);
}

const breaks = fc.constantFrom<('cleanly' | 'error' | 'close' | 'stall')[]>(
  'cleanly',
  'error',
  'close',
  'stall',
);
const gives = fc.integer({ min: 0, max: 60 });
const passing = fc.oneof(
  { weight: 5, arbitrary: fc.record({ gives, ends: breaks }) },
  fc.constant<Turn>({ opens: 'unavailable' }),
);
const final = fc.constantFrom<Turn[]>(
  { opens: 'damaged' },
  { opens: 'nothing' },
  { opens: 'another' },
  { opens: 'larger' },
  { gives: 0, ends: 'too much' },
);

const scenario = (turns: fc.Arbitrary<Turn[]>) =>
  fc.record({
    bytes: fc.uint8Array({ maxLength: 300, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    range: fc.option(fc.record({ start: fc.nat(320), length: fc.option(fc.integer({ min: 1, max: 320 })) }), {
      freq: 2,
    }),
    piece: fc.integer({ min: 1, max: 100 }),
    // The first open has succeeded: what becomes of one that does not is no body's matter.
    first: fc.record({ gives, ends: breaks }),
    turns,
  });

function rangeOf(range: { start: number; length: number | null } | null): ByteRange | undefined {
  if (range === null) return undefined;
  return { start: range.start, end: range.length === null ? undefined : range.start + range.length - 1 };
}

test('whatever passes is healed: exactly the bytes', async (t) => {
  await fc.assert(
    fc.asyncProperty(scenario(fc.array(passing, { maxLength: 12 })), async (given) => {
      const store = new FaultyStore(given.bytes, [given.first, ...given.turns], given.piece);
      const range = rangeOf(given.range);
      const bytes = await read(resumingReader(store, { ...impatient, tries: 100 }), range);
      t.true(bytes.equals(given.bytes.subarray(range?.start ?? 0, (range?.end ?? Infinity) + 1)));
      t.true(store.bodies.every((body) => body.destroyed));
    }),
    { numRuns: 200 },
  );
});

test('whatever happens, the bytes are exact, or it fails', async (t) => {
  const outcomes = { exact: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(
      scenario(fc.array(fc.oneof(passing, final), { minLength: 2, maxLength: 8 })),
      async (given) => {
        const store = new FaultyStore(given.bytes, [given.first, ...given.turns], given.piece);
        const range = rangeOf(given.range);
        try {
          const bytes = await read(resumingReader(store, { ...impatient, tries: 3 }), range);
          t.true(bytes.equals(given.bytes.subarray(range?.start ?? 0, (range?.end ?? Infinity) + 1)));
          outcomes.exact++;
        } catch (error) {
          t.true(isFailure(error, 'unavailable', 'corrupt'), String(error));
          outcomes.failed++;
        }
        t.true(store.bodies.every((body) => body.destroyed));
      },
    ),
    { numRuns: 200 },
  );
  t.true(outcomes.exact > 10 && outcomes.failed > 10, JSON.stringify(outcomes));
});

const hundred = Buffer.from(Array.from({ length: 100 }, (_, i) => i));

test('a body is opened again at the byte that is missing, to the end that was asked for', async (t) => {
  const store = new FaultyStore(hundred, [
    { gives: 30, ends: 'error' },
    { gives: 20, ends: 'cleanly' },
  ]);
  t.deepEqual(await read(resumingReader(store, impatient), { start: 5, end: 89 }), hundred.subarray(5, 90));
  t.deepEqual(store.asked, [
    { start: 5, end: 89 },
    { start: 35, end: 89 },
    { start: 55, end: 89 },
  ]);
});

test('an object that changes, goes or grows while it is read is never mixed with another', async (t) => {
  for (const [opens, message] of [
    ['another', /^Cannot read key beyond byte 30 of 100: it changed while it was read; try again$/],
    ['larger', /it changed while it was read/],
    ['nothing', /it was removed while it was read/],
  ] as const) {
    const store = new FaultyStore(hundred, [{ gives: 30, ends: 'error' }, { opens }]);
    await t.throwsAsync(read(resumingReader(store, impatient)), { code: 'unavailable', message });
    t.is(store.asked.length, 2, 'it is not tried again');
  }
});

test('a body of too many bytes fails, and so does what is said to be damaged', async (t) => {
  const generous = new FaultyStore(hundred, [{ gives: 0, ends: 'too much' }]);
  const message = /the store gave more bytes than were asked for/;
  await t.throwsAsync(read(resumingReader(generous, impatient)), { code: 'corrupt', message });
  const damaged = new FaultyStore(hundred, [{ gives: 1, ends: 'error' }, { opens: 'damaged' }]);
  await t.throwsAsync(read(resumingReader(damaged, impatient)), { message: 'the store is damaged' });
  t.is(damaged.asked.length, 2);
});

test('it gives up after some tries that bring nothing, and after some more that bring little', async (t) => {
  const away = new FaultyStore(hundred, [
    { gives: 10, ends: 'cleanly' },
    ...Array.from({ length: 50 }, (): Turn => ({ opens: 'unavailable' })),
  ]);
  const message = /beyond byte 10 of 100: the store is away, 4 tries later/;
  await t.throwsAsync(read(resumingReader(away, { ...impatient, tries: 4 })), {
    code: 'unavailable',
    message,
  });
  t.is(away.asked.length, 5);
  const slow = new FaultyStore(
    hundred,
    Array.from({ length: 100 }, (): Turn => ({ gives: 1, ends: 'close' })),
  );
  const after = {
    code: 'unavailable',
    message: /beyond byte 21 of 100: the body ended early, 20 tries later/,
  };
  await t.throwsAsync(read(resumingReader(slow, { ...impatient, triesInAll: 20 })), after);
});

test('a reader that takes its time is no stall', async (t) => {
  const store = new FaultyStore(Buffer.alloc(2_000_000, 'x'), [], 100_000);
  const object = await resumingReader(store, { ...impatient, stall: 50 }).open('key');
  let size = 0;
  for await (const piece of object?.body ?? []) {
    if (size === 0) await delay(500);
    size += (piece as Buffer).length;
  }
  t.is(size, 2_000_000);
  t.is(store.asked.length, 1);
});

test('a reader that is slow holds the store back', async (t) => {
  const store = new FaultyStore(Buffer.alloc(5_000_000, 'x'), [], 50_000);
  const object = await resumingReader(store).open('key');
  object?.body.once('readable', () => undefined);
  await delay(200);
  t.true((object?.body.readableLength ?? 0) < 400_000);
  object?.body.destroy();
});

test('what is destroyed lets go at once, and asks for nothing more', async (t) => {
  // While it reads.
  const stalled = new FaultyStore(hundred, [{ gives: 10, ends: 'stall' }]);
  const one = await resumingReader(stalled, impatient).open('key');
  one?.body.resume().destroy();
  t.true(stalled.bodies[0]?.destroyed);
  // While it waits before a try.
  const broken = new FaultyStore(hundred, [{ gives: 10, ends: 'error' }]);
  const two = await resumingReader(broken, { ...impatient, pause: 100, longestPause: 100 }).open('key');
  two?.body.resume();
  while (broken.bodies[0]?.closed !== true) await delay(1);
  two?.body.destroy();
  // While it opens.
  const late = new FaultyStore(hundred, [{ gives: 10, ends: 'error' }]);
  const opening = Promise.withResolvers<void>();
  const slowly: ReadableStore = {
    stat: () => late.stat(),
    list: () => late.list(),
    folders: () => late.folders(),
    open: async (key, range) => {
      if (range !== undefined) await opening.promise;
      return late.open(key, range);
    },
  };
  const three = await resumingReader(slowly, impatient).open('key');
  three?.body.resume();
  while (late.bodies[0]?.closed !== true) await delay(1);
  await delay(20);
  three?.body.destroy();
  opening.resolve();
  await delay(300);
  t.deepEqual([stalled.asked.length, broken.asked.length], [1, 1]);
  t.true(late.bodies.every((body) => body.destroyed));
});

test('an upstream that failed before anybody listened is opened again', async (t) => {
  const store = new FaultyStore(hundred, []);
  const early: ReadableStore = {
    stat: () => store.stat(),
    list: () => store.list(),
    folders: () => store.folders(),
    open: async (key, range) => {
      const object = await store.open(key, range);
      if (store.asked.length > 1) return object;
      object?.body.destroy();
      await delay(5);
      return object;
    },
  };
  t.deepEqual(await read(resumingReader(early, { ...impatient, stall: 60_000 })), hundred);
});

test('an open and a stat that fail at once are tried once more, and no oftener', async (t) => {
  const once = new FaultyStore(hundred, [{ opens: 'unavailable' }]);
  t.deepEqual(await read(resumingReader(once, impatient)), hundred);
  const stat = resumingReader(new FaultyStore(hundred, [{ opens: 'unavailable' }]), impatient).stat('key');
  t.is((await stat)?.size, 100);
  const twice = new FaultyStore(hundred, [{ opens: 'unavailable' }, { opens: 'unavailable' }]);
  await t.throwsAsync(read(resumingReader(twice, impatient)), { message: 'the store is away' });
  t.is(twice.asked.length, 2);
  const damaged = new FaultyStore(hundred, [{ opens: 'damaged' }]);
  await t.throwsAsync(read(resumingReader(damaged, impatient)), { message: 'the store is damaged' });
  t.is(damaged.asked.length, 1);
});

test('a store that hangs up on a reader who wants nothing is asked again when the reader does', async (t) => {
  const bytes = Buffer.alloc(3 * 256 * 1024, 'x');
  const hangUp: Turn = { gives: 256 * 1024, ends: 'close' };
  const store = new FaultyStore(bytes, [hangUp], 64 * 1024);
  const object = await resumingReader(store, impatient).open('key');
  if (object === undefined) throw new Error('not there');
  object.body.read(0);
  await delay(100);
  t.is(store.asked.length, 1, 'enough is at hand');
  t.is((await buffer(object.body)).length, bytes.length);
  t.is(store.asked.length, 2);
});
