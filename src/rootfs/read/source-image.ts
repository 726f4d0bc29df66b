import type { Readable } from 'node:stream';
import type { Digest } from '../../oci/digest.ts';
import type { Compression } from './compression.ts';

/** A layer of an image that lies on this machine, not yet verified. */
export type SourceLayer = {
  /** what messages call it */
  name: string;
  mediaType: string;
  compression: Compression;
  /** bytes as they lie there */
  size: number;
  /** what the image says that its bytes hash to, as they are and unpacked */
  digest?: Digest;
  diffId?: Digest;
  /** The bytes as they are; to be called any number of times. */
  open(): Readable;
};

/** What an image says it was built for. */
type Platform = { os?: string; architecture?: string; osVersion?: string; variant?: string };

/** What one asks for: only what is given counts. */
export type WantedPlatform = {
  os?: string | undefined;
  architecture?: string | undefined;
  osVersion?: string | undefined;
};

/**
 * A root filesystem as layers, bottom to top, whatever it was packed in. Of an image's config only this much is kept:
 * dropstack gives its images an environment, a user and an entrypoint of its own.
 */
export type SourceImage = Platform & {
  kind: 'tar' | 'oci-layout' | 'docker-archive';
  layers: SourceLayer[];
  /** RFC 3339 */
  created?: string;
  /** Removes what was unpacked. */
  close(): Promise<void>;
};
