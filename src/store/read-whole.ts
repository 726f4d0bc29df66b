import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Failure, isFailure, reasonOf } from '../errors.ts';
import type { ObjectInfo, ReadableStore } from './store.ts';

/** So often it is read where its bytes are not those that were put: on their way they seldom change twice. */
const attempts = 3;

/**
 * A small object, undefined where there is none. Where the store knows its hash, these are the bytes that were put.
 * @throws Failure `unavailable` when the store fails on the way; `corrupt` when it gives other bytes again and again
 */
export async function readWhole(
  store: ReadableStore,
  key: string,
): Promise<{ info: ObjectInfo; bytes: Buffer } | undefined> {
  for (let attempt = 1; ; attempt++) {
    const object = await store.open(key);
    if (object === undefined) return undefined;
    const { info, body, sha256 } = object;
    const bytes = await bytesOf(body).catch((error: unknown) => Promise.reject(broken(key, error)));
    if (sha256 === undefined || createHash('sha256').update(bytes).digest('hex') === sha256)
      return { info, bytes };
    if (attempt === attempts)
      throw new Failure(
        'corrupt',
        `The stored ${key} is damaged: it has not the hash with which it was put; restore it`,
      );
  }
}

/** `buffer` of `node:stream/consumers` makes a Blob on its way, at several times the price of a record. */
async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = await body.toArray();
  return Buffer.concat(chunks);
}

function broken(key: string, cause: unknown): Failure {
  if (isFailure(cause)) return cause;
  const why = reasonOf(cause);
  return new Failure('unavailable', `Cannot read ${key} to its end: ${why}`, { cause });
}
