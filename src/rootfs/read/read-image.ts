import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../errors.ts';
import { unpackArchive } from './archive.ts';
import { Budget } from './budget.ts';
import { directoryBundle, type Bundle } from './bundle.ts';
import { checkedTar } from './checked-tar.ts';
import { compressionOf, layerTypeOf, readFile, type Compression } from './compression.ts';
import { readDockerArchive } from './docker-archive.ts';
import { explain } from './explain.ts';
import type { ReadImage } from './image-of.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { readOciLayout } from './oci-layout.ts';
import type { SourceImage, WantedPlatform } from './source-image.ts';

export type ReadOptions = {
  /** which image is meant where there are several */
  platform?: WantedPlatform;
  /** where an archive of an image is unpacked, in a directory of its own */
  temporaryDirectory: string;
  limits?: Limits;
  /** what messages call it; its path, if nothing else is given */
  name?: string;
};

/**
 * Reads what `path` is: a tar of a filesystem or of an image (OCI layout, `docker save`), plain or compressed by gzip or
 * zstd, or a directory with an OCI layout. What it is, its bytes say, never its name. Layers are not verified yet.
 * @throws Failure `invalid` for anything else, `mismatch` where a document of the image is not the one that was meant,
 *   `too-large`, `no-space`; then nothing is left to close
 */
export async function readImage(path: string, options: ReadOptions): Promise<SourceImage> {
  const work = join(options.temporaryDirectory, `${randomUUID()}.image`);
  const close = (): Promise<void> => rm(work, { recursive: true, force: true });
  try {
    return { ...(await read(path, work, options)), close };
  } catch (error) {
    await close();
    throw explain(error, options.name ?? path);
  }
}

async function read(path: string, work: string, options: ReadOptions): Promise<ReadImage> {
  const wanted = options.platform ?? {};
  const found = await stat(path);
  if (found.isDirectory()) {
    const bundle = directoryBundle(path);
    if (isLayout(bundle)) return readOciLayout(bundle, wanted);
    throw new Failure('invalid', 'a directory must be an OCI image layout: pack a filesystem with tar');
  }
  const compression = await compressionOf(path);
  if (compression === undefined) {
    throw new Failure('invalid', 'it is no tar, neither plain nor compressed by gzip or zstd');
  }
  await mkdir(work, { recursive: true, mode: 0o700 });
  const budget = new Budget(options.limits ?? defaultLimits);
  const bundle = await unpackArchive(checkedTar(readFile(path), compression, budget).tar, work);
  if (bundle !== undefined && isLayout(bundle)) return readOciLayout(bundle, wanted);
  if (bundle?.('manifest.json') !== undefined) return readDockerArchive(bundle, wanted);
  await rm(work, { recursive: true });
  return filesystem(path, compression, found.size);
}

function isLayout(bundle: Bundle): boolean {
  return bundle('oci-layout') !== undefined && bundle('index.json') !== undefined;
}

function filesystem(path: string, compression: Compression, size: number): ReadImage {
  const layer = {
    name: 'the tar',
    mediaType: layerTypeOf[compression],
    compression,
    size,
    open: () => readFile(path),
  };
  return { kind: 'tar', layers: [layer] };
}
