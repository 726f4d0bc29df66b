import type { Workload } from './workload.ts';

/** What a reader must know of a workload to judge figures, a line each. */
export function describeWorkload({
  seed,
  nodes,
  apps,
  instances,
  versions,
  sizes,
  scale,
}: Workload): string[] {
  const [least = 0, most = 0] = [sizes.at(0), sizes.at(-1)];
  const all = (apps * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length;
  return [
    `${count(apps)} apps with ${count(instances)} instances on ${count(nodes)} nodes, ${versions} rootfs versions, seed ${seed}`,
    `droplets of ${sizeOf(least)} to ${sizeOf(most)}, together some ${sizeOf(all)}: the sizes of real droplets times ${scale.toPrecision(2)}, so that the disk holds them and their layers`,
  ];
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${count(Math.round(bytes / 1e3))} kB` : `${count(Math.round(bytes / 1e6))} MB`;
}
