import { buffer } from 'node:stream/consumers';
import { Failure, isFailure } from '../errors.ts';
import type { OpenObject } from './store.ts';

/** The bytes of a small object. @throws Failure `unavailable` when the store fails on the way */
export async function readAll({ info, body }: OpenObject): Promise<Buffer> {
  try {
    return await buffer(body);
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('unavailable', `Cannot read ${info.key} to its end: ${why}`, { cause });
  }
}
