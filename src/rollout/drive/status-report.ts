import type { RolloutPlan } from '../plan/plan.ts';
import type { StackResource } from '../stack/resource.ts';
import { stallOf } from '../stack/stall-of.ts';
import type { Phase, Roll } from '../stack/status.ts';
import { isPending } from './is-pending.ts';
import { timeLeft } from './time-left.ts';

/** How a `Stack` and its roll stand, for people and for programs. */
export type StatusReport = {
  stack: string;
  /** what the spec asks for */
  version: string;
  phase: Phase;
  message: string;
  /** the patcher is yet to act on what the `Stack` says */
  pending: boolean;
  /** why the patcher cannot do its part */
  stalled?: string;
  roll?: Roll;
  /** apps that the plan counted, by wave; without the plan nobody knows */
  planned?: number[];
  /** at the pace so far, without the time that approvals take; of the waves that have begun, where there is no plan */
  secondsLeft?: number;
};

export function statusReport(stack: StackResource, plan: RolloutPlan | undefined, now: number): StatusReport {
  const { metadata, spec, status } = stack;
  const { roll } = status ?? {};
  const stalled = status && stallOf(status);
  const planned = roll?.kind === 'roll' ? plan?.waves.map(({ apps }) => apps) : undefined;
  const secondsLeft = roll && timeLeft(roll, spec.rollout, planned, now);
  return {
    stack: metadata.name,
    version: spec.rootfs.version,
    phase: status?.phase ?? 'Idle',
    message: status?.message ?? 'No patcher has seen this Stack yet',
    pending: isPending(stack),
    ...(stalled === undefined ? {} : { stalled }),
    ...(roll === undefined ? {} : { roll }),
    ...(planned === undefined ? {} : { planned }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
  };
}
