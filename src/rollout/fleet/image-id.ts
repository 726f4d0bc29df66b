import { isDigest, type Digest } from '../../oci/digest.ts';

/**
 * The digest in a container's `imageID`, of a manifest or of a config. Runtimes write it as `<repository>@sha256:…`, after
 * `docker-pullable://` or `docker://`, alone, or (CRI-O) as the 64 hex digits alone; the repository may be another than the
 * one that was asked for. Undefined: nothing was pulled, or it is of a form that names no digest.
 */
export function digestOfImageId(imageId: string): Digest | undefined {
  const name = imageId.replace(/^docker(?:-pullable)?:\/\//, '');
  const text = name.slice(name.lastIndexOf('@') + 1);
  const digest = /^[0-9a-f]{64}$/.test(text) ? `sha256:${text}` : text;
  return isDigest(digest) ? digest : undefined;
}
