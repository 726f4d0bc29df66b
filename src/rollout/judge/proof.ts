import { z } from 'zod';
import type { App } from '../fleet/app.ts';
import type { Pod } from '../fleet/pod.ts';
import { mostListed } from '../plan/plan.ts';

const provenPod = z.strictObject({
  guid: z.string(),
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  node: z.string().exactOptional(),
  /** as its node reports it */
  imageId: z.string(),
  version: z.string(),
  readySince: z.string(),
  restarts: z.int(),
});
export type ProvenPod = z.output<typeof provenPod>;

const skippedApp = z.strictObject({ guid: z.string(), reason: z.string() });

/** What showed that the apps of a wave run where they belong, pod by pod, and what was not moved. */
export const proof = z.strictObject({
  wave: z.int(),
  at: z.string(),
  pods: z.array(provenPod),
  skipped: z.array(skippedApp),
});
export type Proof = z.output<typeof proof>;

/** The pods of apps that are done, as they are at this moment; those that others have just restarted show nothing. */
export function proofOf(
  wave: number,
  done: readonly { app: App; version: string }[],
  skipped: Proof['skipped'],
  now: number,
): Proof {
  const pods = done.flatMap(({ app: { guid, pods: members }, version }) =>
    members.filter(hasPulled).map((pod) => ({
      guid,
      namespace: pod.namespace,
      pod: pod.name,
      uid: pod.uid,
      ...(pod.node === undefined ? {} : { node: pod.node }),
      imageId: pod.containers[0]?.imageId ?? '',
      version,
      readySince: new Date(pod.readinessSince).toISOString(),
      restarts: pod.restarts,
    })),
  );
  return { wave, at: new Date(now).toISOString(), pods, skipped: skipped.slice(0, mostListed) };
}

function hasPulled({ isLeaving, containers }: Pod): boolean {
  return !isLeaving && containers.every(({ imageId }) => imageId !== '');
}
