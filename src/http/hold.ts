import { Failure } from '../errors.ts';

/**
 * Waits for `work`, but not for ever: then the client is told to come back, and the work goes on for whoever asks next.
 * @throws Failure `busy` after `ms`
 */
export async function hold<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Failure('busy', 'This takes longer than a client waits, and goes on: ask again in a moment', {
        retryAfter: 2,
      }),
    );
  }, ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
