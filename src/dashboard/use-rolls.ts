import type { RollsNow, Unreadable } from '../rollout/drive/roll-driver.ts';
import type { StatusReport } from '../rollout/drive/status-report.ts';
import { Refusal } from './ask.ts';
import { useAnswer, type Answer } from './use-answer.ts';
import { useLive } from './use-live.ts';

/** Whether the cluster has come back, and how long it takes at the pace so far, no event tells. */
const everyMs = 10_000;
/** What may pass: the facade answers, and the cluster does not. */
const unavailable = 503;

/**
 * The rolls of all stacks, asked for when one has changed or was told something, and every few seconds; `isAway`: the facade has no access to
 * Kubernetes; `unreadable`: the stacks that are of another release. While the cluster does not answer, they are as they were, and the refusal says so.
 */
export function useRolls(): { answer: Answer<StatusReport[]>; unreadable: Unreadable[]; isAway: boolean } {
  const version = useLive(({ changes }) => changes.stack + changes.roll);
  const { value, refusal, reload } = useAnswer<RollsNow & { access: boolean }>('/rolls', {
    everyMs,
    version,
  });
  const away = value?.away === undefined ? undefined : new Refusal(value.away, unavailable);
  return {
    answer: { value: value?.rolls, refusal: refusal ?? away, reload },
    unreadable: value?.unreadable ?? [],
    isAway: value?.access === false,
  };
}
