import { randomUUID } from 'node:crypto';
import { z, type ZodType } from 'zod';
import { Failure } from '../errors.ts';
import { canonicalJson, type Json } from '../oci/canonical-json.ts';
import { isOlder, removalsLast } from './lifetime.ts';
import { readWhole } from './read-whole.ts';
import type { ObjectInfo, ReadableStore, Store } from './store.ts';

/**
 * What stands under a key that is just being removed: nothing, for readers. Each removal has its own, since to a store whose etag
 * is a checksum the same mark would be no change.
 */
const leaving = z.strictObject({ removed: z.literal(true), by: z.string() });

/** Asked of each record that is read, so that a schema, whose refusal costs more than reading, is asked only where need be. */
function isLeaving(found: unknown): boolean {
  return (
    typeof found === 'object' && found !== null && 'removed' in found && leaving.safeParse(found).success
  );
}

/** Who removes a record ends it within this time after it said so, or says so again; far less than `removalsLast`. */
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

/** The record at `key` with what the store says of its bytes. Without a value it is just being removed. @throws as `readRecord` does */
export async function readTagged<T>(
  store: ReadableStore,
  key: string,
  schema: ZodType<T>,
): Promise<{ value: T | undefined; info: ObjectInfo } | undefined> {
  const object = await readWhole(store, key);
  if (object === undefined) return undefined;
  return { value: parseRecord(object.bytes, key, schema), info: object.info };
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
 * Removes the record at `key` if it is still as it was when it had `etag`; answers whether it did. A store removes without a
 * condition, so that the record is first exchanged for a mark that nobody changes for an hour: whoever would write there
 * meanwhile is told to try again. A mark that a crash left behind is removed like any record, but not before that hour is over.
 * @param isNeeded is asked when the mark is set; if so, the record is put back
 */
export async function removeRecord(
  store: Store,
  key: string,
  etag: string,
  clock: () => number = Date.now,
  isNeeded?: () => Promise<boolean>,
): Promise<boolean> {
  const before = isNeeded && (await readWhole(store, key));
  if (before !== undefined && before.info.etag !== etag) return false;
  for (let seen = etag; ;) {
    const start = clock();
    const mark = await store.put(key, canonicalJson({ removed: true, by: randomUUID() }), { etag: seen });
    if (mark === undefined) return false;
    if (isNeeded && before && (await isPutBack(store, before, mark, isNeeded))) return false;
    if (clock() - start <= removesWithin) break;
    // Too long ago to say what became of the mark meanwhile.
    seen = mark.etag;
  }
  await store.remove(key);
  return true;
}

/** Whether a record is needed: then, and where nobody can say, it comes back in place of its mark. */
async function isPutBack(
  store: Store,
  { info, bytes }: Whole,
  mark: ObjectInfo,
  isNeeded: () => Promise<boolean>,
): Promise<boolean> {
  let isKept = true;
  try {
    isKept = await isNeeded();
  } finally {
    if (isKept) await store.put(info.key, bytes, { etag: mark.etag });
  }
  return isKept;
}

type Whole = { info: ObjectInfo; bytes: Buffer };

/**
 * Changes the record at `key` by compare-and-swap. `change` gets the present value (undefined: none yet) and answers the
 * new one, or undefined to leave everything as it is; it may run several times.
 * @throws Failure `busy` while the record is being removed; a removal that died is as if nothing were there after an hour
 */
export async function updateRecord<T extends Json>(
  store: Store,
  key: string,
  schema: ZodType<T>,
  change: (current: T | undefined) => T | undefined,
  clock: () => number = Date.now,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const current = await readTagged(store, key, schema);
    const leaves = current !== undefined && current.value === undefined;
    if (leaves && !isOlder(current.info, removalsLast, clock())) throw changing(key);
    const next = change(current?.value);
    if (next === undefined) return current?.value;
    const condition = current === undefined ? 'absent' : { etag: current.info.etag };
    if ((await store.put(key, canonicalJson(next), condition)) !== undefined) return next;
  }
  throw changing(key);
}

function parseRecord<T>(bytes: Buffer, key: string, schema: ZodType<T>): T | undefined {
  try {
    const found: unknown = JSON.parse(bytes.toString());
    return isLeaving(found) ? undefined : schema.parse(found);
  } catch (cause) {
    throw new Failure('corrupt', `The record ${key} in the store cannot be read: restore it or remove it`, {
      cause,
    });
  }
}

function changing(key: string): Failure {
  return new Failure('busy', `Too many others change ${key} at this moment: try again`, { retryAfter: 1 });
}
