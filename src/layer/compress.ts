import { availableParallelism } from 'node:os';
import type { Transform } from 'node:stream';
import { constants, crc32, deflateRaw, zstdCompress } from 'node:zlib';
import { mediaType } from '../oci/media-type.ts';
import { BlockCompressor, blockSize, type BlockFormat } from './block-compressor.ts';
import { Igzip } from './igzip.ts';
import type { LayerSettings } from './settings.ts';

export type Compressor = { mediaType: string; stream: Transform | undefined };

export type CompressorOptions = {
  level?: number;
  /** Blocks that are compressed at once, each on a thread of libuv's pool. */
  threads?: number;
  /** Path of an `igzip` that takes the place of zlib at level 1. */
  igzip?: string | undefined;
};

/** More than six threads outrun what unpacks a droplet. */
export const compressorThreads = Math.min(availableParallelism(), 6);

/** A compressing stream for layers, and the media type of what comes out of it. No stream: the bytes stay as they are. */
export function compressor(
  compression: LayerSettings['compression'],
  { level = 1, threads = 1, igzip }: CompressorOptions = {},
): Compressor {
  if (compression === 'none') return { mediaType: mediaType.layer, stream: undefined };
  if (compression === 'zstd') {
    return { mediaType: mediaType.layerZstd, stream: new BlockCompressor(zstd(level), threads) };
  }
  const stream = igzip === undefined ? new BlockCompressor(gzip(level), threads) : new Igzip(igzip);
  return { mediaType: mediaType.layerGzip, stream };
}

/** One member (RFC 1952 §2.3), whose blocks each end on a byte and refer to nothing before them. */
function gzip(level: number): BlockFormat {
  let checksum = 0;
  let size = 0;
  const options = { level, chunkSize: resultSize, finishFlush: constants.Z_SYNC_FLUSH };
  return {
    head: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]),
    see: (block) => {
      checksum = crc32(block, checksum);
      size += block.length;
    },
    compress: (block, done) => {
      deflateRaw(block, options, done);
    },
    tail: () => {
      // An empty block that says it is the last one (RFC 1951 §3.2.3): of no block before it was that known.
      const bytes = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      bytes.writeUInt32LE(checksum, 2);
      bytes.writeUInt32LE(size % 2 ** 32, 6);
      return bytes;
    },
  };
}

/**
 * A frame a block (RFC 8878 §3): readers take frames that follow each other for one text. Digests tell what is damaged: no
 * checksum.
 */
function zstd(level: number): BlockFormat {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return {
    compress: (block, done) => {
      zstdCompress(block, { chunkSize: resultSize, params }, done);
    },
  };
}

/** Room for the result of most blocks: what is larger takes a second piece, and a copy. */
const resultSize = blockSize / 2;
