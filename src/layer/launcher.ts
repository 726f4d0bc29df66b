import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { sha256, type Digest } from '../oci/digest.ts';
import type { Descriptor } from '../oci/image.ts';
import { mediaType } from '../oci/media-type.ts';
import { storedGzip } from './stored-gzip.ts';

/** What a rootfs needs to start a droplet, beside bash. The first two are paths; the last is looked up on the PATH. */
export const launcherFiles = ['/lifecycle/launch', '/lifecycle/launcher', 'dumb-init'] as const;
export type LauncherFile = (typeof launcherFiles)[number];

/** Part of every image's identity: raise it with each change of the scripts, and with it the golden file. */
export const launcherVersion = 1;

export type LauncherLayer = { bytes: Buffer; diffId: Digest; descriptor: Descriptor };

/**
 * The layer that brings what a rootfs lacks of `launcherFiles`; undefined where it has them all.
 * It is gzip without compression: a form that every client takes, and that no compressor's next version changes.
 * @param provided the launcher files that the rootfs has; other names do not matter
 * @param files bytes to use in place of our own scripts
 */
export async function launcherLayer(
  provided: readonly string[],
  files: Readonly<Record<LauncherFile, Uint8Array>> = ownFiles,
): Promise<LauncherLayer | undefined> {
  const missing = launcherFiles.filter((file) => !provided.includes(file));
  if (missing.length === 0) return undefined;
  const tar = pack();
  if (missing.some((file) => file !== 'dumb-init')) {
    tar.entry({ ...entryDefaults, name: 'lifecycle/', type: 'directory' });
  }
  for (const file of missing)
    tar.entry({ ...entryDefaults, name: entryName[file] }, Buffer.from(files[file]));
  tar.finalize();
  const unpacked = await buffer(tar);
  const bytes = storedGzip(unpacked);
  const descriptor = { mediaType: mediaType.layerGzip, digest: sha256(bytes), size: bytes.length };
  return { bytes, diffId: sha256(unpacked), descriptor };
}

/** `usr/bin` belongs to the rootfs, so the layer has no entry for it. */
const entryName: Record<LauncherFile, string> = {
  '/lifecycle/launch': 'lifecycle/launch',
  '/lifecycle/launcher': 'lifecycle/launcher',
  'dumb-init': 'usr/bin/dumb-init',
};

const entryDefaults = { mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) };

const ownFiles: Record<LauncherFile, Uint8Array> = {
  '/lifecycle/launch': readScript('launch'),
  '/lifecycle/launcher': readScript('launcher'),
  'dumb-init': readScript('dumb-init'),
};

function readScript(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'launcher', name));
}
