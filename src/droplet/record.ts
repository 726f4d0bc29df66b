import { z } from 'zod';
import { digestSchema } from '../oci/digest-schema.ts';
import type { LayerSettings } from '../layer/settings.ts';
import type { Limits } from './rules.ts';
import { readRecord } from '../store/records.ts';
import type { ReadableStore } from '../store/store.ts';

/** What the conversion of a droplet gave. The first record that is written is the truth for ever. */
export const dropletRecord = z.strictObject({
  format: z.literal(1),
  guid: z.string(),
  /** SHA-1 or SHA-256 of the droplet's compressed bytes, in hex: how Cloud Controller names it */
  hash: z.string(),
  variant: z.string(),
  /** key of the layer's bytes */
  object: z.string(),
  mediaType: z.string(),
  digest: digestSchema,
  /** bytes of the layer as it is served */
  size: z.number(),
  diffId: digestSchema,
  /** bytes of the layer's tar */
  diffSize: z.number(),
  /** SHA-256 of the droplet's compressed bytes, in hex */
  sourceSha256: z.string(),
  sourceSize: z.number(),
  /** seconds since the epoch of the droplet's `./` entry, else 0 */
  time: z.number(),
  entries: z.number(),
  startCommand: z.string().optional(),
  buildpack: z.string().optional(),
  rulesVersion: z.number(),
  warnings: z.array(z.string()),
});
export type DropletRecord = z.output<typeof dropletRecord>;

/** A droplet that cannot be a layer: remembered, so that nobody converts it in vain again. */
export const refusalRecord = z.strictObject({
  format: z.literal(1),
  guid: z.string(),
  hash: z.string(),
  rulesVersion: z.number(),
  /** The bounds and settings under which it was refused: with others, it is tried again. */
  conditions: z.string(),
  rule: z.string(),
  entry: z.string(),
  offset: z.number(),
  detail: z.string(),
  at: z.string(),
});
export type RefusalRecord = z.output<typeof refusalRecord>;

/** What decides a refusal beside the rules. */
export function conditionsOf(settings: LayerSettings, limits: Limits): string {
  return JSON.stringify([settings.owner, settings.special, limits]);
}

export const recordsFolder = 'v1/droplets/';
export const refusalsFolder = 'v1/refusals/';

export function recordKey(guid: string, hash: string, variant: string): string {
  return `${recordsFolder}${guid}/${hash}/${variant}.json`;
}

export function layerPointerKey(guid: string, hex: string): string {
  return `${recordsFolder}${guid}/layers/${hex}`;
}

export function refusalKey(guid: string, hash: string): string {
  return `${refusalsFolder}${guid}/${hash}.json`;
}

export async function readDropletRecord(
  store: ReadableStore,
  guid: string,
  hash: string,
  variant: string,
): Promise<DropletRecord | undefined> {
  return readRecord(store, recordKey(guid, hash, variant), dropletRecord);
}
