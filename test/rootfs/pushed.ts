import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { mediaType } from '../../src/oci/media-type.ts';
import { distribution } from '../helpers/distribution.ts';
import type { Owner } from '../helpers/owner.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { tempDir } from '../helpers/temp.ts';
import { writeLayout, type LayoutImage, type LayoutLayer } from './layout.ts';

/** A layer of a tar, as each of the media types that registries have. */
export async function layerOf(tar: string, form: 'gzip' | 'zstd' | 'none' = 'gzip'): Promise<LayoutLayer> {
  const bytes = await readFile(tar);
  if (form === 'gzip') return { bytes: gzipSync(bytes), mediaType: mediaType.layerGzip };
  if (form === 'zstd') return { bytes: zstdCompressSync(bytes), mediaType: mediaType.layerZstd };
  return { bytes, mediaType: mediaType.layer };
}

/**
 * A registry that everybody may push to; its directory, over which a guarded one may be started; and what puts images there.
 * `push` answers the digest of the image, or of the index where there are several.
 */
export async function openRegistry(owner: Owner) {
  const root = await tempDir(owner);
  const host = await distribution(owner, root);
  const { crane } = await registryClients(owner, { host });
  const push = async (name: string, ...images: LayoutImage[]): Promise<string> => {
    const layout = join(await tempDir(owner), 'layout');
    await writeLayout(layout, images);
    const flags = images.length > 1 ? ['--index'] : [];
    const { stdout } = await crane([
      'push',
      '--allow-nondistributable-artifacts',
      ...flags,
      layout,
      `${host}/${name}`,
    ]);
    return stdout.trim().replace(/^.*@/, '');
  };
  return { root, host, port: Number(host.split(':')[1]), crane, push };
}
