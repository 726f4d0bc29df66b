import type { StatusReport } from '../cli/rollout/status-report.ts';
import { useAnswer, type Answer } from './use-answer.ts';

const everyMs = 2_000;

/** The rolls of all stacks, asked for every other second; `isAway`: the facade has no access to Kubernetes. */
export function useRolls(): { answer: Answer<StatusReport[]>; isAway: boolean } {
  const answer = useAnswer<StatusReport[]>('/rolls', { everyMs });
  return { answer, isAway: answer.refusal?.status === 404 };
}
