import { z } from 'zod';

const descriptor = z.object({ digest: z.string(), size: z.number().int().positive(), mediaType: z.string() });
export type Descriptor = z.output<typeof descriptor>;

const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
/** What a node needs to know of an image. */
export type Manifest = z.output<typeof manifest>;

/** @throws Error where it is not the manifest of an image */
export function parseManifest(bytes: Buffer): Manifest {
  return manifest.parse(JSON.parse(bytes.toString()));
}
