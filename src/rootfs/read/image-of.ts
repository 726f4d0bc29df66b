import { Failure } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { SourceConfig } from './documents.ts';
import type { SourceImage, SourceLayer } from './source-image.ts';

/** An image as its format's reader gives it; whoever unpacked it closes it. */
export type ReadImage = Omit<SourceImage, 'close'>;

/** The image of a config and the layers that belong to it. */
export function imageOf(kind: SourceImage['kind'], config: SourceConfig, layers: SourceLayer[]): ReadImage {
  const { os, architecture, variant, created, 'os.version': osVersion } = config;
  return {
    kind,
    os,
    architecture,
    layers,
    ...(variant === undefined ? {} : { variant }),
    ...(created === undefined ? {} : { created }),
    ...(osVersion === undefined ? {} : { osVersion }),
  };
}

/**
 * Each layer with its diffID.
 * @throws Failure `invalid` unless the config names as many layers as there are
 */
export function withDiffIds<T>(config: SourceConfig, layers: readonly T[]): { layer: T; diffId: Digest }[] {
  const { diff_ids: diffIds } = config.rootfs;
  const pairs = layers.flatMap((layer, i) => {
    const diffId = diffIds[i];
    return diffId === undefined ? [] : [{ layer, diffId }];
  });
  if (pairs.length === layers.length && pairs.length === diffIds.length) return pairs;
  throw new Failure(
    'invalid',
    `its config names ${diffIds.length} layers, and its manifest ${layers.length}`,
  );
}
