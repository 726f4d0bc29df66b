import { z } from 'zod';
import { dropletContainers } from './droplet-containers.ts';
import { controllerOf } from './controller-of.ts';
import type { Pod } from './pod.ts';
import { metadataSchema, templateSchema } from './schema.ts';

const containerStatus = z.object({
  name: z.string(),
  imageID: z.string().default(''),
  restartCount: z.int().default(0),
  state: z.object({ waiting: z.object({ reason: z.string().default('') }).optional() }).default({}),
  lastState: z.object({ terminated: z.object({ finishedAt: z.string().nullish() }).optional() }).default({}),
});
export type ContainerStatus = z.output<typeof containerStatus>;

const podObject = z.object({
  metadata: metadataSchema,
  spec: templateSchema.extend({
    nodeName: z.string().optional(),
    restartPolicy: z.string().default('Always'),
  }),
  status: z
    .object({
      phase: z.string().default(''),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }))
        .default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});

/** Reasons to wait that every pod has on its way. */
const ordinary = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** What is kept of a pod as the API server gives it; undefined where no container is a droplet of ours. */
export function parsePod(object: unknown, registries: ReadonlySet<string>): Pod | undefined {
  const { metadata, spec, status } = podObject.parse(object);
  const statuses = [...status.initContainerStatuses, ...status.containerStatuses];
  const containers = dropletContainers([...spec.initContainers, ...spec.containers], registries, statuses);
  // What has ended for good is only a record of it.
  if (containers.length === 0 || status.phase === 'Failed' || status.phase === 'Succeeded') return undefined;
  const owner = controllerOf(metadata.ownerReferences);
  const createdAt = Date.parse(metadata.creationTimestamp);
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const { lastTransitionTime: changed } = ready ?? {};
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    node: spec.nodeName,
    owner,
    createdAt,
    isLeaving: metadata.deletionTimestamp !== undefined,
    isReady: ready?.status === 'True',
    readinessSince: typeof changed === 'string' ? Date.parse(changed) : createdAt,
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    crashedAt: lastOf(statuses.map(({ lastState }) => lastState.terminated?.finishedAt)),
    waiting: statuses.map(({ state }) => state.waiting?.reason ?? '').find((reason) => !ordinary.has(reason)),
    containers,
    isTask: spec.restartPolicy !== 'Always' || owner?.kind === 'Job',
  };
}

function lastOf(times: readonly (string | null | undefined)[]): number | undefined {
  const found = times.filter((time) => typeof time === 'string').map((time) => Date.parse(time));
  return found.length === 0 ? undefined : Math.max(...found);
}
