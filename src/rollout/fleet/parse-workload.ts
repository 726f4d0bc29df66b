import { z } from 'zod';
import { controllerOf } from './controller-of.ts';
import { dropletContainers } from './droplet-containers.ts';
import { metadataSchema, templateSchema } from './schema.ts';
import { workloadAnnotation, type Workload, type WorkloadKind } from './workload.ts';

const labelled = z
  .object({
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  })
  .prefault({});

const workloadObject = z.object({
  metadata: metadataSchema,
  spec: z.object({
    replicas: z.int().default(1),
    paused: z.boolean().default(false),
    strategy: z.object({ type: z.string().default('RollingUpdate') }).prefault({}),
    template: z.object({
      metadata: labelled,
      spec: templateSchema.extend({
        volumes: z.array(z.object({ persistentVolumeClaim: z.unknown().optional() })).default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.unknown()).default([]),
  }),
});

/** What is kept of a workload as the API server gives it; undefined where no container is a droplet of ours. */
export function parseWorkload(
  kind: WorkloadKind,
  object: unknown,
  registries: ReadonlySet<string>,
): Workload | undefined {
  const { metadata, spec } = workloadObject.parse(object);
  const { template } = spec;
  const containers = dropletContainers(
    [...template.spec.initContainers, ...template.spec.containers],
    registries,
  );
  if (containers.length === 0) return undefined;
  const { annotations } = metadata;
  const surge = annotations[workloadAnnotation.surge];
  const surgedFrom = annotations[workloadAnnotation.surgedFrom];
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    owner: controllerOf(metadata.ownerReferences),
    replicas: spec.replicas,
    rollsItself: kind === 'Deployment' && spec.strategy.type === 'RollingUpdate' && !spec.paused,
    hasClaims:
      spec.volumeClaimTemplates.length > 0 ||
      template.spec.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined),
    labels: template.metadata.labels,
    containers,
    isHeld: annotations[workloadAnnotation.hold] === 'true',
    surge: surge === undefined ? undefined : surge === 'true',
    surgedFrom: kind === 'StatefulSet' && surgedFrom === '1' ? 1 : undefined,
    restartedFor: template.metadata.annotations[workloadAnnotation.restartedFor],
  };
}
