import { Failure, isFailure, type FailureCode } from '../errors.ts';

/** What was thrown in another process, as plain data. */
export type Thrown =
  | {
      failure: {
        code: FailureCode;
        message: string;
        details: { reason?: string; expected?: string; found?: string; retryAfter?: number };
      };
    }
  | { bug: string };

/** How something ended in another process. */
export type Outcome<T> = { value: T } | Thrown;

/** Rejects never. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!isFailure(error)) {
      return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    const { code, message, reason, expected, found, retryAfter } = error;
    const details = {
      ...(reason === undefined ? {} : { reason }),
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
    return { failure: { code, message, details } };
  }
}

/** A failure as it was thrown there; any other error keeps its words alone. */
export function errorOf(thrown: Thrown): Error {
  if ('bug' in thrown) return new Error(`In another process: ${thrown.bug}`);
  const { code, message, details } = thrown.failure;
  return new Failure(code, message, details);
}
