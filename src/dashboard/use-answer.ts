import { useEffect, useState } from 'preact/hooks';
import { ask, Refusal } from './ask.ts';

/** What was asked for: the last answer stays while it is asked again, or while that fails. */
export type Answer<T> = {
  value: T | undefined;
  refusal: Refusal | undefined;
  /** Asks again. */
  reload: () => void;
};

type Options = {
  /** milliseconds after which it is asked again; 0: never */
  everyMs?: number;
  /** it is asked again when this changes */
  version?: number;
};

const longestWaitMs = 30_000;

/**
 * Asks the admin API, again each time that something changes, and by itself for as long as it fails and may pass.
 * @param path below `/api/v1`; undefined: nothing is asked
 */
export function useAnswer<T>(
  path: string | undefined,
  { everyMs = 0, version = 0 }: Options = {},
): Answer<T> {
  const [asked, setAsked] = useState(0);
  const [found, setFound] = useState<{ path: string | undefined; value?: T; refusal?: Refusal }>({ path });
  useEffect(() => {
    if (path === undefined) return undefined;
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number, failures: number): void => {
      timer = setTimeout(() => void once(failures), ms);
    };
    const once = async (failures: number): Promise<void> => {
      try {
        const value = await ask<T>(path, undefined, over.signal);
        if (over.signal.aborted) return;
        setFound({ path, value });
        if (everyMs > 0) later(everyMs, 0);
      } catch (error) {
        if (over.signal.aborted) return;
        const refusal = error instanceof Refusal ? error : new Refusal(String(error), 0);
        setFound((before) => (before.path === path ? { ...before, refusal } : { path, refusal }));
        if (refusal.mayPass) later(Math.min(1000 * 2 ** failures, longestWaitMs), failures + 1);
      }
    };
    void once(0);
    return () => {
      over.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, version, asked]);
  const isOfThis = found.path === path;
  return {
    value: isOfThis ? found.value : undefined,
    refusal: isOfThis ? found.refusal : undefined,
    reload: () => setAsked((times) => times + 1),
  };
}
