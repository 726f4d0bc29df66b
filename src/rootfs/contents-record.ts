import { z } from 'zod';
import { launcherFiles } from '../layer/launcher.ts';
import { hexOf, sha256, type Digest } from '../oci/digest.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { ReadableStore, Store } from '../store/store.ts';
import type { Contents } from './contents/contents.ts';
import { rootfsContentsKey, rootfsKey } from './keys.ts';
import { rootfsRecord } from './record.ts';

const fileType = z.enum(['file', 'directory', 'symlink', 'link', 'fifo', 'character-device', 'block-device']);

/** `Contents` as it lies in the store. */
export const contentsSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      path: z.string(),
      type: fileType,
      mode: z.number(),
      size: z.number().exactOptional(),
      target: z.string().exactOptional(),
    }),
  ),
  packages: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      architecture: z.string(),
      manager: z.enum(['dpkg', 'rpm', 'apk']),
      source: z.string().exactOptional(),
      sourceVersion: z.string().exactOptional(),
    }),
  ),
  libraries: z.array(
    z.strictObject({
      path: z.string(),
      soname: z.string().exactOptional(),
      class: z.literal([32, 64]),
      machine: z.string(),
      versions: z.array(z.string()),
    }),
  ),
  unknown: z.array(z.string()),
  osRelease: z.record(z.string(), z.string()).exactOptional(),
  launcher: z.array(z.enum(launcherFiles)),
  shell: z.boolean(),
}) satisfies z.ZodType<Contents>;

const contentsRecord = contentsSchema.extend({
  /** When an import last began to rely on it, ISO 8601: so each writing differs, and a collector sees it. */
  written: z.string().exactOptional(),
});

/** What a version holds; undefined where there is no such version. */
export async function readContents(
  store: ReadableStore,
  stack: string,
  version: string,
): Promise<Contents | undefined> {
  const record = await readRecord(store, rootfsKey(stack, version), rootfsRecord);
  if (record === undefined) return undefined;
  const found = await readRecord(store, contentsKeyOf(stack, record.layers), contentsRecord);
  if (found === undefined) return undefined;
  const { written: _, ...contents } = found;
  return contents;
}

/** Keeps what layers with these diffIDs hold, before a record says that the version is there. */
export async function keepContents(
  store: Store,
  stack: string,
  layers: readonly Layer[],
  contents: Contents,
  clock: () => number = Date.now,
): Promise<void> {
  const [key, written] = [contentsKeyOf(stack, layers), new Date(clock()).toISOString()];
  await updateRecord(store, key, contentsRecord, () => ({ ...contents, written }), clock);
}

type Layer = { diffId: Digest };

/**
 * What layers hold depends on their diffIDs alone: so two imports at one time cannot write different contents under one
 * key, whichever of them wins.
 */
export function contentsKeyOf(stack: string, layers: readonly Layer[]): string {
  return rootfsContentsKey(stack, hexOf(sha256(layers.map((layer) => layer.diffId).join(' '))));
}
