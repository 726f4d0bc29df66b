import type { ListedDescriptor } from './documents.ts';

/** What build tools attach to an image, in the shape of an image for no platform. */
export function isAttestation({ platform, annotations }: ListedDescriptor): boolean {
  return (
    (platform?.os === 'unknown' && platform.architecture === 'unknown') ||
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
  );
}
