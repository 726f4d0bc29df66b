import { mediaType } from '../../oci/media-type.ts';
import type { Compression } from './compression.ts';

/** What images may be made of, by OCI's names and docker's. */

export const manifestTypes: ReadonlySet<string> = new Set([mediaType.manifest, mediaType.dockerManifest]);

export const indexTypes: ReadonlySet<string> = new Set([mediaType.index, mediaType.dockerIndex]);

export const layerTypes: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  [mediaType.layer, 'none'],
  [mediaType.layerGzip, 'gzip'],
  [mediaType.layerZstd, 'zstd'],
  [mediaType.dockerLayer, 'none'],
  [mediaType.dockerLayerGzip, 'gzip'],
]);
