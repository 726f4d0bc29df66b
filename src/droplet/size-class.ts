const mebibyte = 1024 * 1024;

/** Droplets of one class take about as long to get onto a node. By the bytes of the droplet's tar, uncompressed, in order. */
export const sizeClasses = [
  { name: 'small', below: 16 * mebibyte },
  { name: 'medium', below: 128 * mebibyte },
  { name: 'large', below: 1024 * mebibyte },
  { name: 'huge', below: Infinity },
] as const;

export type SizeClass = (typeof sizeClasses)[number]['name'];

/** @param bytes of the tar, uncompressed */
export function sizeClassOf(bytes: number): SizeClass {
  return sizeClasses.find(({ below }) => bytes < below)?.name ?? 'huge';
}
