import { z } from 'zod';

/** Changes when the same droplet and settings would give other layer bytes than before. */
export const layerFormat = 1;

/** How layers are made: one choice for the whole facade, kept in the store so that all replicas agree. */
export const layerSettings = z.strictObject({
  compression: z.enum(['gzip', 'zstd', 'none']).default('zstd'),
  /** `vcap`: every entry belongs to 2000:2000. `preserve`: owners stay as they are in the droplet. */
  owner: z.enum(['vcap', 'preserve']).default('vcap'),
  /** `strip`: setuid and setgid bits and file capabilities go. */
  special: z.enum(['strip', 'keep']).default('strip'),
});
export type LayerSettings = z.output<typeof layerSettings>;

/** The name of a way to make layers. Records of different variants lie side by side. */
export function variantOf(settings: LayerSettings): string {
  const parts = [`f${layerFormat}`, settings.compression];
  if (settings.owner === 'preserve') parts.push('owners');
  if (settings.special === 'keep') parts.push('special');
  return parts.join('-');
}
