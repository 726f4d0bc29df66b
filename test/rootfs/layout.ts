import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { sha256 } from '../../src/oci/digest.ts';
import { mediaType } from '../../src/oci/media-type.ts';

export type LayoutLayer = {
  bytes: Buffer;
  mediaType: string;
  /** a descriptor that tells lies */
  digest?: string;
  size?: number;
};

export type LayoutImage = {
  platform?: { os: string; architecture: string; variant?: string };
  osVersion?: string;
  created?: string;
  layers: readonly LayoutLayer[];
  diffIds?: readonly string[];
  annotations?: Record<string, string>;
  manifestType?: string;
  configType?: string;
};

export type Listed = { mediaType: string; digest: string; size: number; [more: string]: unknown };

/** Writes an OCI image layout (image-spec image-layout.md) by hand, so that it can also be a bad one. */
export async function writeLayout(root: string, images: readonly LayoutImage[]): Promise<Listed[]> {
  await mkdir(join(root, 'blobs/sha256'), { recursive: true });
  await writeFile(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const listed: Listed[] = [];
  for (const image of images) listed.push(await writeImage(root, image));
  await writeIndex(root, listed);
  return listed;
}

export async function writeIndex(root: string, manifests: readonly Listed[]): Promise<void> {
  await writeFile(join(root, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

export async function writeBlob(root: string, type: string, content: Buffer | object): Promise<Listed> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const digest = sha256(bytes);
  await writeFile(join(root, 'blobs', digest.replace(':', '/')), bytes);
  return { mediaType: type, digest, size: bytes.length };
}

async function writeImage(root: string, image: LayoutImage): Promise<Listed> {
  const {
    platform = { os: 'linux', architecture: 'amd64' },
    layers,
    osVersion,
    created,
    annotations,
  } = image;
  const diffIds = image.diffIds ?? layers.map((layer) => sha256(unpacked(layer.bytes)));
  const config = await writeBlob(root, image.configType ?? mediaType.config, {
    ...platform,
    'os.version': osVersion,
    created,
    config: { Env: ['IGNORED=yes'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const descriptors: Listed[] = [];
  for (const { bytes, mediaType: type, ...lies } of layers) {
    descriptors.push({ ...(await writeBlob(root, type, bytes)), ...lies });
  }
  const manifest = { schemaVersion: 2, mediaType: image.manifestType, config, layers: descriptors };
  const type = image.manifestType ?? mediaType.manifest;
  return { ...(await writeBlob(root, type, manifest)), platform, annotations };
}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f) return gunzipSync(bytes);
  return bytes[0] === 0x28 ? zstdDecompressSync(bytes) : bytes;
}
