import type { ZodType } from 'zod';
import { Failure } from '../errors.ts';
import { canonicalJson, type Json } from '../oci/canonical-json.ts';
import { readAll } from './read-all.ts';
import type { ReadableStore, Store } from './store.ts';

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
    const next = change(current?.value);
    if (next === undefined) return current?.value;
    const condition = current === undefined ? 'absent' : { etag: current.etag };
    if ((await store.put(key, canonicalJson(next), condition)) !== undefined) return next;
  }
  throw changing(key);
}

async function readTagged<T>(
  store: ReadableStore,
  key: string,
  schema: ZodType<T>,
): Promise<{ value: T; etag: string } | undefined> {
  const object = await store.open(key);
  if (object === undefined) return undefined;
  const bytes = await readAll(object);
  return { value: parseRecord(bytes, key, schema), etag: object.info.etag };
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
