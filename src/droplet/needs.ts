import { z } from 'zod';
import { sizeClasses, sizeClassOf } from './size-class.ts';

const listedFile = z.strictObject({ path: z.string(), soname: z.string().exactOptional() });
const elfGroup = z.strictObject({
  /** as in a rootfs's list of libraries */
  class: z.literal([32, 64]),
  machine: z.string(),
  /** sonames, sorted */
  needed: z.array(z.string()),
  /** symbol versions and the library that must define them, both sorted; what is needed only weakly is left out */
  requires: z.array(z.strictObject({ library: z.string(), versions: z.array(z.string()) })),
  /** as they come in the droplet */
  files: z.array(listedFile),
});
const unknownFile = z.strictObject({ path: z.string(), problem: z.string() });

/**
 * What a droplet's programs and libraries need to be loaded. Paths are relative to `home/vcap/`; bytes that are not UTF-8 became
 * U+FFFD. Every file is counted once, whatever its hard links: in a group, as unknown or as unlisted.
 */
const elfNeeds = z.strictObject({
  /** of the groups, as `uname -m` prints them, sorted */
  machines: z.array(z.string()),
  elfFiles: z.number(),
  /** files with the same needs, as they first come in the droplet */
  groups: z.array(elfGroup),
  /** names among those needed under which the droplet itself has a file or a soname, sorted */
  brings: z.array(z.string()),
  /** files that could not be read, because they are damaged or too large to look back in */
  unknown: z.array(unknownFile),
  /** how many more there are than are listed */
  unlisted: z.number(),
});

/** What a plan must know of a droplet before another rootfs comes under it. It depends on the droplet's bytes alone. */
export const needsRecord = elfNeeds.extend({
  format: z.literal(1),
  buildpack: z.string().exactOptional(),
  sizeClass: z.enum(sizeClasses.map(({ name }) => name)),
});

export type ListedFile = z.output<typeof listedFile>;
export type ElfGroup = z.output<typeof elfGroup>;
export type UnknownFile = z.output<typeof unknownFile>;
export type ElfNeeds = z.output<typeof elfNeeds>;
export type NeedsRecord = z.output<typeof needsRecord>;

/** @param bytesIn of the droplet's tar, uncompressed: those of the layer differ from variant to variant */
export function needsRecordOf(
  { needs, bytesIn }: { needs: ElfNeeds; bytesIn: number },
  buildpack: string | undefined,
): NeedsRecord {
  return {
    format: 1,
    ...(buildpack === undefined ? {} : { buildpack }),
    sizeClass: sizeClassOf(bytesIn),
    ...needs,
  };
}

/** One for all variants of the layer. */
export function needsKey(guid: string, hash: string): string {
  return `v1/needs/${guid}/${hash}.json`;
}
