/** How often each thing happens that costs a facade something. Only `seconds` is no count. */
export type Work = {
  /** in which all of it happens; a facade that idles costs something too */
  seconds: number;
  /** containers that start: a HEAD that is challenged, and one with credentials */
  starts: number;
  /** starts whose tag is looked up in the store again: what was read there is believed for some minutes */
  lookups: number;
  /** starts of images that the node does not know: a GET that is challenged, manifest and config */
  fetches: number;
  /** layers of droplets that nodes lack, and the bytes of these droplets as they lie in the source */
  layers: number;
  dropletBytes: number;
  /** layers of rootfs and launcher that nodes lack, and their bytes */
  baseLayers: number;
  baseBytes: number;
  /** droplets that are converted, and their bytes */
  conversions: number;
  convertedBytes: number;
  /** apps that are asked for over another rootfs for the first time */
  rebased: number;
  /** images that are made before anybody asks */
  images: number;
};

export const noWork: Work = {
  seconds: 0,
  starts: 0,
  lookups: 0,
  fetches: 0,
  layers: 0,
  dropletBytes: 0,
  baseLayers: 0,
  baseBytes: 0,
  conversions: 0,
  convertedBytes: 0,
  rebased: 0,
  images: 0,
};
