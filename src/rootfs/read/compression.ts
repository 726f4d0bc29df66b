import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished, Transform, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Failure } from '../../errors.ts';
import type { Meter } from '../../layer/meter.ts';
import { mediaType } from '../../oci/media-type.ts';
import { blockSize } from '../../layer/tar-header.ts';
import { readHeader } from './tar-header.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** zlib and file reads hand out buffers of this size: their defaults cost more than the work they hold. */
const chunkSize = 256 * 1024;

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zstdMagic = 0xfd2fb528;
/** Sixteen magics, but for their last four bits, of frames that hold no data (RFC 8878, section 3.1.2). */
const zstdSkippable = 0x184d2a5;

/** How the tar at `path` is compressed, told by its first bytes; undefined where that cannot be a tar at all. */
export async function compressionOf(path: string): Promise<Compression | undefined> {
  const start = await firstBlock(path);
  if (start.subarray(0, 2).equals(gzipMagic)) return 'gzip';
  const magic = start.length < 4 ? 0 : start.readUInt32LE(0);
  if (magic === zstdMagic || magic >>> 4 === zstdSkippable) return 'zstd';
  return start.length === blockSize && readHeader(start) !== undefined ? 'none' : undefined;
}

/** The layer media types of tars that are compressed so. */
export const layerTypeOf: Readonly<Record<Compression, string>> = {
  none: mediaType.layer,
  gzip: mediaType.layerGzip,
  zstd: mediaType.layerZstd,
};

/** The file at `path`, in big chunks. */
export function readFile(path: string): Readable {
  return createReadStream(path, { highWaterMark: chunkSize });
}

/**
 * Streams that unpack what `input` has passed on. They fail where bytes follow the compressed stream: zlib leaves those
 * aside, and other programs read them otherwise.
 */
export function decompressor(compression: Compression, input: Meter): Transform[] {
  if (compression === 'none') return [];
  const inflate = compression === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  const guard = new Transform({
    highWaterMark: chunkSize,
    transform: (chunk, _encoding, done) => {
      done(null, chunk);
    },
    flush: (done) => {
      finished(inflate, { readable: false }, (error) => {
        done(error ?? (inflate.bytesWritten < input.size ? trailing(inflate.bytesWritten) : null));
      });
    },
  });
  return [inflate, guard];
}

async function firstBlock(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(blockSize), 0, blockSize, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function trailing(end: number): Failure {
  return new Failure('invalid', `other bytes follow the end of the compressed data at byte ${end}`);
}
