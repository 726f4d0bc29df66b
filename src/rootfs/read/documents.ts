import { z } from 'zod';
import { isDigest, type Digest } from '../../oci/digest.ts';
import { mediaType } from '../../oci/media-type.ts';

const digest = z.string().refine(isDigest) as z.ZodType<Digest, string>;

const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
  'os.version': z.string().optional(),
});

const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.number(),
  platform: platform.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
export type ListedDescriptor = z.output<typeof descriptor>;

/** image-spec image-layout.md */
export const layout = z.object({ imageLayoutVersion: z.string().startsWith('1.') });

/** image-spec image-index.md, and docker's manifest list */
export const index = z.object({ schemaVersion: z.literal(2), manifests: z.array(descriptor) });

/** image-spec manifest.md, and docker's schema 2 */
export const manifest = z.object({
  schemaVersion: z.literal(2),
  config: descriptor.extend({ mediaType: z.enum([mediaType.config, mediaType.dockerConfig]) }),
  layers: z.array(descriptor).min(1),
});

/** image-spec config.md; a time that is none does not spoil the rest */
export const config = platform.extend({
  created: z.iso.datetime({ offset: true }).optional().catch(undefined),
  rootfs: z.object({ diff_ids: z.array(digest) }),
});
export type SourceConfig = z.output<typeof config>;

/** manifest.json of a docker archive */
export const archiveManifest = z.array(
  z.object({
    Config: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Layers: z.array(z.string()).min(1),
  }),
);
