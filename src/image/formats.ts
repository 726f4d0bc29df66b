import { assembleDroplet, assembleRootfs } from './assemble.ts';

/** A way to make images of records. It never changes: what would give other bytes for the same records is another format. */
export type ImageFormat = { droplet: typeof assembleDroplet; rootfs: typeof assembleRootfs };

/** The formats that this version knows, by number. */
export const imageFormats: ReadonlyMap<number, ImageFormat> = new Map([
  [1, { droplet: assembleDroplet, rootfs: assembleRootfs }],
]);

export const newestImageFormat: number = Math.max(...imageFormats.keys());
