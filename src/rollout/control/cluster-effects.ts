import pLimit from 'p-limit';
import { Failure, isFailure } from '../../errors.ts';
import type { Step } from '../decide/step.ts';
import type { Api } from '../kubernetes/api.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import { podActions } from '../kubernetes/pod-actions.ts';
import { apiVersion, stacksPath, type StackResource } from '../stack/resource.ts';
import type { StackStatus } from '../stack/status.ts';
import type { Effects } from './effects.ts';
import { emptyStatus } from './empty-status.ts';
import { eventsOf } from './events-of.ts';
import { takeStep } from './take-step.ts';

/** Requests to the API server that change pods, at a time. */
const atOnce = 16;

/** Effects on a real cluster. @param onStep hears of each step and what came of it */
export function clusterEffects(
  api: Api,
  events: EventRecorder,
  registries: () => ReadonlySet<string>,
  onStep: (step: Step, outcome: string) => void,
): Effects {
  const actions = podActions(api);
  const limit = pLimit(atOnce);

  return {
    carryOut: (steps) =>
      Promise.all(
        steps.map((step) =>
          limit(async () => {
            const { word, forbidden } = await takeStep(step, actions, registries());
            onStep(step, word);
            return { step, forbidden };
          }),
        ),
      ),
    writeStatus: async (stack, before, after) => {
      await writeStatus(api, stack, before, after);
      const { name, uid } = stack.metadata;
      for (const event of eventsOf(before, after))
        events.record({ apiVersion, kind: 'Stack', name, uid }, event);
    },
  };
}

/**
 * All of it at once: parts of an older one would mean something else beside the new ones. Who led once and does not know yet
 * that another does is refused, because the status is not the one that it knows.
 */
async function writeStatus(
  api: Api,
  { metadata }: StackResource,
  before: StackStatus,
  after: StackStatus,
): Promise<void> {
  const { name, uid, resourceVersion } = metadata;
  const known =
    before === emptyStatus
      ? { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }
      : { op: 'test', path: '/status', value: before };
  const patch = [
    { op: 'test', path: '/metadata/uid', value: uid },
    known,
    { op: 'add', path: '/status', value: after },
  ];
  try {
    await api.patch(`${stacksPath}/${name}/status`, patch, 'json');
  } catch (cause) {
    if (!isFailure(cause, 'invalid')) throw cause;
    throw new Failure('conflict', `The status of Stack ${name} was written by another: ${cause.message}`, {
      cause,
    });
  }
}
