import type { StackResource } from '../stack/resource.ts';
import type { Condition, StackStatus } from '../stack/status.ts';

type Truth = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

const underWay = new Set(['Rolling', 'Waiting', 'AwaitingApproval', 'RollingBack']);

/** A status in Kubernetes' words. Times are kept of what has not changed. @param stall why the patcher cannot do its part */
export function conditionsOf(
  status: StackStatus,
  { spec, metadata }: StackResource,
  now: number,
  stall?: string,
): Condition[] {
  const { phase, message, roll } = status;
  const isRolling = underWay.has(phase);
  const isReached = phase === 'Idle' || (phase === 'Completed' && roll?.to === spec.rootfs.version);
  const { waiting, moving, failed } = roll?.counts ?? { waiting: 0, moving: 0, failed: 0 };
  const isWhole = isReached && waiting + moving + failed === 0;
  const truths: Truth[] = [
    { type: 'Ready', status: isWhole ? 'True' : 'False', reason: phase, message },
    { type: 'Progressing', status: isRolling ? 'True' : 'False', reason: phase, message },
    stall === undefined
      ? { type: 'Stalled', status: 'False', reason: 'Working', message: '' }
      : { type: 'Stalled', status: 'True', reason: 'Failing', message: stall },
  ];
  return truths.map((truth) => {
    const before = status.conditions.find(({ type }) => type === truth.type);
    const isSame = before?.status === truth.status;
    const lastTransitionTime = isSame ? before.lastTransitionTime : new Date(now).toISOString();
    return { ...truth, lastTransitionTime, observedGeneration: metadata.generation };
  });
}
