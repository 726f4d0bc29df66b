import { isFailure } from '../../errors.ts';
import type { Step } from '../decide/step.ts';
import { parsePod } from '../fleet/parse-pod.ts';
import type { PodActions } from '../kubernetes/pod-actions.ts';

/** What came of a step, in a word; and, where it is forbidden for the time being, why. */
export type Outcome = { word: string; forbidden?: string };

/**
 * Does one step.
 * @throws Failure where no step can be done at the moment; one that concerns this step alone is its outcome
 */
export async function takeStep(
  step: Step,
  actions: PodActions,
  registries: ReadonlySet<string>,
): Promise<Outcome> {
  try {
    return await take(step, actions, registries);
  } catch (error) {
    if (!isFailure(error) || !concernsOne(error.code, error.message)) throw error;
    return { word: 'forbidden', forbidden: error.message };
  }
}

async function take(step: Step, actions: PodActions, registries: ReadonlySet<string>): Promise<Outcome> {
  if (step.kind === 'evict') {
    const outcome = await actions.evict(step.pod);
    return typeof outcome === 'string' ? { word: outcome } : { word: 'blocked', forbidden: outcome.blocked };
  }
  if (step.kind === 'delete') {
    const isBroken = (pod: unknown): boolean => parsePod(pod, registries)?.isReady === false;
    return { word: await actions.remove(step.pod, isBroken) };
  }
  if (step.kind === 'restart') return { word: await actions.restart(step.workload, step.mark) };
  if (step.kind === 'surge') return { word: await actions.scale(step.workload, step.from + 1, step.from) };
  // What somebody else has scaled meanwhile stays as it is.
  const { replicas, surgedFrom = replicas } = step.workload;
  const before = replicas === surgedFrom + 1 ? surgedFrom : replicas;
  return { word: await actions.scale(step.workload, before, undefined) };
}

/** A right that is missing, or an API server that is away, stops everything; what a webhook says of one pod does not. */
function concernsOne(code: string, message: string): boolean {
  const isPlain = code === 'invalid' || code === 'conflict' || code === 'unsupported' || code === 'too-large';
  return isPlain || (code === 'denied' && message.includes('admission webhook'));
}
