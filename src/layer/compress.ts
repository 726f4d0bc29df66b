import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { mediaType } from '../oci/media-type.ts';
import type { LayerSettings } from './settings.ts';

/** zlib hands out a buffer of this size a call: the default of 16 KiB costs more than the work it holds. */
const chunkSize = 256 * 1024;

export type Compressor = { mediaType: string; stream: Transform | undefined };

/** A compressing stream for layers, and the media type of what comes out of it. No stream: the bytes stay as they are. */
export function compressor(compression: LayerSettings['compression'], level?: number): Compressor {
  switch (compression) {
    case 'none':
      return { mediaType: mediaType.layer, stream: undefined };
    case 'gzip':
      return { mediaType: mediaType.layerGzip, stream: createGzip({ level: level ?? 1, chunkSize }) };
    case 'zstd':
      return {
        mediaType: mediaType.layerZstd,
        stream: createZstdCompress({
          chunkSize,
          params: { [constants.ZSTD_c_compressionLevel]: level ?? 1, [constants.ZSTD_c_checksumFlag]: 1 },
        }),
      };
  }
}
