import { useEffect, useState } from 'preact/hooks';
import { currently, watchLive, type Live } from './live.ts';

/** What is heard of the facade, drawn anew when `part` of it changes. @param part of which only the identity counts */
export function useLive<T>(part: (live: Live) => T): T {
  const [value, setValue] = useState(() => part(currently()));
  useEffect(() => {
    const look = (): void => setValue(() => part(currently()));
    look();
    return watchLive(look);
  }, []);
  return value;
}
