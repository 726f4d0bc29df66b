import type { ImageDetails } from '../../operator/operator.ts';

/** Whose a layer is: a rootfs and the launcher are shared by all apps over them, a droplet is the app's own. */
export type LayerKind = 'rootfs' | 'launcher' | 'droplet';

/** A layer, bottom first. `share` is its part of the image's bytes. */
export type PicturedLayer = {
  kind: LayerKind;
  from: string;
  digest: string;
  size: number;
  share: number;
};

export type Picture = { layers: PicturedLayer[]; size: number; shared: number; own: number };

/** What an image is made of, as a picture shows it. Sizes in bytes, as they are pulled. */
export function pictureOf({ layers }: Pick<ImageDetails, 'layers'>): Picture {
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  const pictured = layers.map(({ from, digest, size: own }) => ({
    kind: kindOf(from),
    from,
    digest,
    size: own,
    share: size === 0 ? 0 : own / size,
  }));
  const own = pictured.filter(({ kind }) => kind === 'droplet').reduce((sum, layer) => sum + layer.size, 0);
  return { layers: pictured, size, shared: size - own, own };
}

/** @param from what the image's history says of the layer */
function kindOf(from: string): LayerKind {
  if (from.startsWith('droplet ')) return 'droplet';
  return from.startsWith('dropstack launcher') ? 'launcher' : 'rootfs';
}
