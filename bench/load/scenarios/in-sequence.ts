import { addUp } from '../fleet/add-up.ts';
import type { Observed } from '../fleet/observed.ts';

/** What a fleet saw in several runs, one after the other, as if they were one without pauses. */
export function inSequence(runs: readonly Observed[]): Observed {
  return {
    ...addUp(runs),
    seconds: runs.reduce((total, { seconds }) => total + seconds, 0),
    timeline: runs.flatMap(({ timeline }) => timeline),
  };
}
