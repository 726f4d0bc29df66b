import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../errors.ts';

/** Who is away is asked again after one second, two, four, …: half a minute in all, in which a facade restarts. */
const timesAway = 5;
const busySeconds = 2;

/**
 * Does `work` again where that may help: while it is told to come back, for as long as it takes; and for half a minute where
 * nobody answers.
 * @param mostAway how many times who is away is asked again
 * @throws whatever else `work` fails with; an AbortError when `signal` ends the waiting
 */
export async function patiently<T>(
  work: () => Promise<T>,
  signal?: AbortSignal,
  mostAway = timesAway,
): Promise<T> {
  const options = signal === undefined ? {} : { signal };
  for (let away = 0; ;) {
    try {
      return await work();
    } catch (error) {
      if (isFailure(error, 'busy')) {
        away = 0;
        await sleep((error.retryAfter ?? busySeconds) * 1000, undefined, options);
      } else if (isFailure(error, 'unavailable') && away < mostAway) {
        await sleep(2 ** away++ * 1000, undefined, options);
      } else {
        throw error;
      }
    }
  }
}
