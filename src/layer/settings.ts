import { z } from 'zod';

/**
 * Formats of layers that this version makes, newest last. A new one is due when the same droplet and settings would give
 * another tar, and so another diffID, than before.
 */
const layerFormats = [1] as const;

const compression = z.enum(['gzip', 'zstd', 'none']).default('zstd');
/** `vcap`: every entry belongs to 2000:2000. `preserve`: owners stay as they are in the droplet. */
const owner = z.enum(['vcap', 'preserve']).default('vcap');
/** `strip`: setuid and setgid bits and file capabilities go. */
const special = z.enum(['strip', 'keep']).default('strip');

/** What an operator may choose. Without a format, that of the store stays. */
export const layerChoice = z.strictObject({
  format: z.literal(layerFormats).optional().describe("Format of layers. Without it, the store's."),
  compression: compression.describe('How layers are compressed: zstd, gzip or none.'),
  owner: owner.describe('vcap: all files belong to 2000:2000. preserve: owners stay as in the droplet.'),
  special: special.describe('strip: setuid and setgid bits and file capabilities go. keep: they stay.'),
});
export type LayerChoice = z.output<typeof layerChoice>;

/** How layers are made: one choice for the whole facade, kept in the store so that all replicas agree. */
export const layerSettings = z.strictObject({
  format: z.int().positive().default(1),
  compression,
  owner,
  special,
});
export type LayerSettings = z.output<typeof layerSettings>;

export const newestLayerFormat: number = layerFormats.at(-1) ?? 1;

/** Whether this version makes layers of a format that a store names, which may be from a later version. */
export function knowsLayerFormat(format: number): boolean {
  return layerFormats.some((known) => known === format);
}

/** The name of a way to make layers. Records of different variants lie side by side. */
export function variantOf(settings: LayerSettings): string {
  const parts = [`f${settings.format}`, settings.compression];
  if (settings.owner === 'preserve') parts.push('owners');
  if (settings.special === 'keep') parts.push('special');
  return parts.join('-');
}
