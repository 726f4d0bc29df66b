import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Owner } from './owner.ts';
import { run } from './run.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

/**
 * An OCI layout with one image, `name`, of nothing but a static busybox and its shell, made by hand so that a failing
 * test of a client is not our program's fault.
 * @returns the layout as a directory and as a tar, and the digests of manifest and layer
 */
export async function busyboxImage(owner: Owner, name: string) {
  const root = await tempDir(owner);
  const [layout, archive, tree] = [join(root, 'layout'), join(root, 'layout.tar'), join(root, 'tree')];
  await mkdir(join(tree, 'bin'), { recursive: true });
  await copyFile(toolPath('busybox'), join(tree, 'bin/busybox'));
  await symlink('busybox', join(tree, 'bin/sh'));
  await run(toolPath('tar'), ['--owner=0', '--group=0', '-cf', join(root, 'layer.tar'), '-C', tree, 'bin']);

  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  const media = 'application/vnd.oci.image';
  const tar = await readFile(join(root, 'layer.tar'));
  // Compressed, because `crane validate` takes every layer for gzip or zstd.
  const layer = await writeBlob(layout, `${media}.layer.v1.tar+gzip`, gzipSync(tar));
  const rootfs = { type: 'layers', diff_ids: [sha256(tar)] };
  const settings = { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] };
  const config = { os: 'linux', architecture: architecture(), config: settings, rootfs };
  const manifest = await writeBlob(layout, `${media}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: await writeBlob(layout, `${media}.config.v1+json`, config),
    layers: [layer],
  });
  // containerd reads the first annotation, everyone else the second.
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tagOf(name) };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await run(toolPath('tar'), ['-cf', archive, '-C', layout, '.']);
  return { layout, archive, digest: manifest.digest, layer: layer.digest };
}

async function writeBlob(layout: string, mediaType: string, content: Buffer | object) {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const digest = sha256(bytes);
  await writeFile(join(layout, 'blobs', digest.replace(':', '/')), bytes);
  return { mediaType, digest, size: bytes.length };
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function tagOf(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
