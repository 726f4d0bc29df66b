import { Failure, isFailure, reasonOf } from '../../errors.ts';

/** What readers get when the store fails while it gives an object. */
export function brokenRead(key: string, cause: unknown): Failure {
  if (isFailure(cause)) return cause;
  const why = reasonOf(cause);
  return new Failure('unavailable', `Cannot read ${key} to its end from the store: ${why}`, { cause });
}
