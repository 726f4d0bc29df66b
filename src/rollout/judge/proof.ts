import { z } from 'zod';
import type { App } from '../fleet/app.ts';

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

/** What showed that the apps of a wave run where they belong, pod by pod. */
export const proof = z.strictObject({ wave: z.int(), at: z.string(), pods: z.array(provenPod) });
export type Proof = z.output<typeof proof>;

/** The pods of apps that are done, as they are at this moment. */
export function proofOf(wave: number, done: readonly { app: App; version: string }[], now: number): Proof {
  const pods = done.flatMap(({ app: { guid, pods: members }, version }) =>
    members.map((pod) => ({
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
  return { wave, at: new Date(now).toISOString(), pods };
}
