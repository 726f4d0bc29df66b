import type { Digest } from '../../oci/digest.ts';
import { digestOfImageId } from './image-id.ts';
import type { Pod } from './pod.ts';

/** What an image ID was found to be: a droplet over a rootfs version, or nothing that was ever served here. */
export type Identity = { stack: string; version: string; hash: string } | 'unknown';

/** Answers for digests that the facade was asked about; undefined for others. */
export type Identify = (guid: string, digest: Digest) => Identity | undefined;

/**
 * What a pod is proven to run. `pending`: it has not pulled everything, or nobody knows yet what it pulled. `mixed`: its
 * containers differ, or run another droplet than they name.
 */
export type Running = { stack: string; version: string } | 'pending' | 'mixed' | 'unknown';

/** What all containers of a pod run that name a droplet. */
export function runningOf(pod: Pod, identify: Identify): Running {
  let found: { stack: string; version: string } | undefined;
  for (const { image, imageId } of pod.containers) {
    const digest = digestOfImageId(imageId);
    const identity =
      imageId === '' ? undefined : digest === undefined ? 'unknown' : identify(image.guid, digest);
    if (identity === undefined) return 'pending';
    if (identity === 'unknown') return 'unknown';
    if ('hash' in image.reference && image.reference.hash !== identity.hash) return 'mixed';
    if (found !== undefined && (found.version !== identity.version || found.stack !== identity.stack))
      return 'mixed';
    found = identity;
  }
  return found ?? 'pending';
}

/** The version that a pod is proven to run. */
export function versionOf(running: Running): string | undefined {
  return typeof running === 'string' ? undefined : running.version;
}
