import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { mediaType } from '../oci/media-type.ts';
import type { LayerSettings } from './settings.ts';

/** zlib hands out a buffer of this size a call: the default of 16 KiB costs more than the work it holds. */
const chunkSize = 256 * 1024;

export type Compressor = { mediaType: string; stream: Transform | undefined };

/** A compressing stream for layers, and the media type of what comes out of it. No stream: the bytes stay as they are. */
export function compressor(compression: LayerSettings['compression'], level?: number): Compressor {
  return compressors[compression](level);
}

const compressors: Record<LayerSettings['compression'], (level?: number) => Compressor> = {
  none: () => ({ mediaType: mediaType.layer, stream: undefined }),
  gzip: (level = 1) => ({ mediaType: mediaType.layerGzip, stream: createGzip({ level, chunkSize }) }),
  zstd: (level = 1) => {
    const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
    return { mediaType: mediaType.layerZstd, stream: createZstdCompress({ chunkSize, params }) };
  },
};
