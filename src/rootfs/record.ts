import { z } from 'zod';
import { digestSchema } from '../oci/digest-schema.ts';

/**
 * One version of a stack's root filesystem. Once written it never changes, and it is all that an image needs to know of
 * its rootfs. `source` and `importedAt` are for people: no image may depend on them.
 */
export const rootfsRecord = z.strictObject({
  format: z.literal(1),
  stack: z.string(),
  version: z.string(),
  os: z.string(),
  architecture: z.string(),
  osVersion: z.string().optional(),
  variant: z.string().optional(),
  /** what the imported image says of itself, RFC 3339; never the time of the import */
  created: z.string().optional(),
  /** bottom to top; at least one */
  layers: z.array(
    z.strictObject({
      mediaType: z.string(),
      digest: digestSchema,
      diffId: digestSchema,
      /** bytes as they are served */
      size: z.number(),
      /** key of the layer's bytes */
      object: z.string(),
    }),
  ),
  /** the launcher files that it has itself, of `launcherFiles` */
  provides: z.array(z.string()),
  contents: z.strictObject({ files: z.number(), packages: z.number(), libraries: z.number() }),
  source: z.strictObject({
    kind: z.enum(['tar', 'oci-layout', 'docker-archive']),
    /** of the imported file, in hex; of an image in a registry, that of its manifest or index; a directory has none */
    sha256: z.string().optional(),
  }),
  importedAt: z.string().optional(),
});
export type RootfsRecord = z.output<typeof rootfsRecord>;
export type RootfsLayer = RootfsRecord['layers'][number];
