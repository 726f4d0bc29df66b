import type { ZodType } from 'zod';
import { Failure } from '../errors.ts';
import { canonicalJson, type Json } from '../oci/canonical-json.ts';
import { readWhole } from './read-whole.ts';
import type { ReadableStore, Store } from './store.ts';

/** What stands under a key that is just being removed: nothing, for readers. */
const leaving = canonicalJson({ removed: true });

/** Who removes a record ends it within this time after it said so, or leaves it to a later removal. */
const removesWithin = 60_000;

/** How often a change is tried again when others change the same record; each try loses only to one that won. */
const attempts = 50;

/**
 * The JSON record at `key`, or undefined where there is none.
 * @throws Failure `corrupt` when it is not JSON or not what `schema` says
 */
export async function readRecord<T>(
  store: ReadableStore,
  key: string,
  schema: ZodType<T>,
): Promise<T | undefined> {
  return (await readTagged(store, key, schema))?.value;
}

/**
 * Creates the record at `key` unless there is one: the first wins, and what is there afterwards is answered.
 * A put that was carried out and whose answer was lost finds its own record, and has won.
 */
export async function createRecord<T extends Json>(
  store: Store,
  key: string,
  schema: ZodType<T>,
  value: T,
): Promise<T> {
  if ((await store.put(key, canonicalJson(value), 'absent')) !== undefined) return value;
  const winner = await readRecord(store, key, schema);
  if (winner === undefined) throw changing(key);
  return winner;
}

/**
 * Removes the record at `key` if it is still as it was when it had `etag`; answers whether it was. A store removes without a
 * condition, so that the record is first exchanged for a mark that nobody changes: whoever would write there meanwhile is told
 * to try again. A mark that a crash left behind goes like any record.
 */
export async function removeRecord(
  store: Store,
  key: string,
  etag: string,
  clock: () => number = Date.now,
): Promise<boolean> {
  for (let seen = etag; ;) {
    const start = clock();
    const mark = await store.put(key, leaving, { etag: seen });
    if (mark === undefined) return false;
    if (clock() - start <= removesWithin) break;
    // Too long ago to say what became of the mark meanwhile.
    seen = mark.etag;
  }
  await store.remove(key);
  return true;
}

/**
 * Changes the record at `key` by compare-and-swap. `change` gets the present value (undefined: none yet) and answers the
 * new one, or undefined to leave everything as it is; it may run several times.
 */
export async function updateRecord<T extends Json>(
  store: Store,
  key: string,
  schema: ZodType<T>,
  change: (current: T | undefined) => T | undefined,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const current = await readTagged(store, key, schema);
    if (current !== undefined && current.value === undefined) throw changing(key);
    const next = change(current?.value);
    if (next === undefined) return current?.value;
    const condition = current === undefined ? 'absent' : { etag: current.etag };
    if ((await store.put(key, canonicalJson(next), condition)) !== undefined) return next;
  }
  throw changing(key);
}

/** Without a value it is just being removed. */
async function readTagged<T>(
  store: ReadableStore,
  key: string,
  schema: ZodType<T>,
): Promise<{ value: T | undefined; etag: string } | undefined> {
  const object = await readWhole(store, key);
  if (object === undefined) return undefined;
  const { info, bytes } = object;
  const value = bytes.equals(leaving) ? undefined : parseRecord(bytes, key, schema);
  return { value, etag: info.etag };
}

function parseRecord<T>(bytes: Buffer, key: string, schema: ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new Failure('corrupt', `The record ${key} in the store cannot be read: restore it or remove it`, {
      cause,
    });
  }
}

function changing(key: string): Failure {
  return new Failure('busy', `Too many others change ${key} at this moment: try again`, { retryAfter: 1 });
}
