import { useMemo } from 'preact/hooks';
import { useLive } from './use-live.ts';

let times = 0;

/** Another number each time that something happens to an app, or may have: what happens to others is nothing to it. */
export function useChangesOf(guid: string): number {
  const latest = useLive(({ happenings }) => happenings.find((one) => one.guid === guid));
  const collections = useLive(({ changes }) => changes.collection);
  return useMemo(() => ++times, [latest, collections]);
}
