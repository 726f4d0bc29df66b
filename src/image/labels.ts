import { z } from 'zod';
import type { DropletRecord } from '../droplet/record.ts';
import type { RootfsRecord } from '../rootfs/record.ts';

const stackLabel = 'dev.dropstack.rootfs.stack';
const versionLabel = 'dev.dropstack.rootfs.version';
const guidLabel = 'dev.dropstack.droplet.guid';
const hashLabel = 'dev.dropstack.droplet.hash';
const sha256Label = 'dev.dropstack.droplet.sha256';
const formatLabel = 'dev.dropstack.format';
const layerLabel = 'dev.dropstack.droplet.layer';

/** Changes when the same records would give another manifest or config than before. */
const imageFormat = 1;

/** What an image is made of, as its own labels tell. `droplet` is missing for a rootfs alone. */
export type Origin = {
  rootfs: { stack: string; version: string };
  droplet?: { guid: string; hash: string; sha256: string };
};

/**
 * The labels of a config, and the annotations of its manifest. They name the droplet's layer too, so that two manifests
 * never share a config: an image ID that a node reports by its config must lead to one manifest.
 */
export function labelsOf(rootfs: RootfsRecord, droplet?: DropletRecord): Record<string, string> {
  const labels = {
    [formatLabel]: String(imageFormat),
    [stackLabel]: rootfs.stack,
    [versionLabel]: rootfs.version,
  };
  if (droplet === undefined) return labels;
  return {
    ...labels,
    [guidLabel]: droplet.guid,
    [hashLabel]: droplet.hash,
    [sha256Label]: droplet.sourceSha256,
    [layerLabel]: droplet.digest,
  };
}

/** The same, told by the records. */
export function originOf({ stack, version }: RootfsRecord, droplet?: DropletRecord): Origin {
  const rootfs = { stack, version };
  if (droplet === undefined) return { rootfs };
  const { guid, hash, sourceSha256 } = droplet;
  return { rootfs, droplet: { guid, hash, sha256: sourceSha256 } };
}

const stored = z.union([
  z.object({ mediaType: z.string(), annotations: z.record(z.string(), z.string()) }),
  z.object({ config: z.object({ Labels: z.record(z.string(), z.string()) }) }),
]);

/** What the bytes of a manifest or config that we made tell of themselves; undefined for any other bytes. */
export function readOrigin(bytes: Buffer): { kind: 'manifest' | 'config'; origin: Origin } | undefined {
  const parsed = stored.safeParse(JSON.parse(bytes.toString()));
  if (!parsed.success) return undefined;
  const isManifest = 'annotations' in parsed.data;
  const labels = 'annotations' in parsed.data ? parsed.data.annotations : parsed.data.config.Labels;
  const { [stackLabel]: stack, [versionLabel]: version } = labels;
  if (stack === undefined || version === undefined) return undefined;
  const origin = { rootfs: { stack, version }, ...dropletOf(labels) };
  return { kind: isManifest ? 'manifest' : 'config', origin };
}

function dropletOf(labels: Record<string, string>): Pick<Origin, 'droplet'> {
  const { [guidLabel]: guid, [hashLabel]: hash, [sha256Label]: sha256 } = labels;
  if (guid === undefined || hash === undefined || sha256 === undefined) return {};
  return { droplet: { guid, hash, sha256 } };
}
