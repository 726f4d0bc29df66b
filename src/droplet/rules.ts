import { DropletRefused } from './refusal.ts';

/** Changes when a droplet that was refused might pass, or the other way round: refusals are remembered by it. */
export const rulesVersion = 2;

type Rule = {
  name: string;
  /** `refuse`: a droplet that breaks it is no layer. `change`: the layer differs from the droplet by it. */
  effect: 'refuse' | 'change';
  text: string;
};

/** All that is checked of a droplet, and all that its layer changes of it. */
export const rules = [
  {
    name: 'gzip',
    effect: 'refuse',
    text: 'The file is one gzip member or several, complete, with right checksums; at most zeros follow.',
  },
  { name: 'truncated', effect: 'refuse', text: 'The archive is complete and ends in two zero blocks.' },
  { name: 'trailing', effect: 'refuse', text: 'Nothing but zeros follows the end of the archive.' },
  { name: 'checksum', effect: 'refuse', text: 'Every header has the right checksum.' },
  {
    name: 'number',
    effect: 'refuse',
    text: 'Numbers are octal or base-256, below 2^53, and not negative; times may be negative, and owners are below 2^32 - 1.',
  },
  { name: 'pax', effect: 'refuse', text: 'PAX headers consist of well-formed records.' },
  {
    name: 'attribute',
    effect: 'refuse',
    text: 'An extended attribute has a name, in 255 bytes at the most, and a value of 64 KiB at the most.',
  },
  {
    name: 'global',
    effect: 'refuse',
    text: 'A global PAX header sets no path, link path, size, sparse map or extended attribute, and says again what the last one set.',
  },
  {
    name: 'ambiguous',
    effect: 'refuse',
    text: 'Nothing is stated twice or in a way that tar programs read differently: a plain file has no trailing slash, only a plain file has a size, a name comes in one extended form.',
  },
  {
    name: 'type',
    effect: 'refuse',
    text: 'An entry is a file, a directory, a hard link, a symbolic link, a fifo or a volume label.',
  },
  { name: 'device', effect: 'refuse', text: 'There are no device nodes.' },
  { name: 'sparse', effect: 'refuse', text: 'There are no sparse files.' },
  { name: 'multi-volume', effect: 'refuse', text: 'The archive is whole, not a part of several volumes.' },
  { name: 'name', effect: 'refuse', text: 'A name is not empty and holds no NUL.' },
  { name: 'outside', effect: 'refuse', text: 'A name is relative and has no `..` in it.' },
  {
    name: 'whiteout',
    effect: 'refuse',
    text: 'No part of a name starts with `.wh.`: in a layer it would delete files of the rootfs.',
  },
  { name: 'through-link', effect: 'refuse', text: 'No name passes through a symbolic link of the droplet.' },
  { name: 'not-a-directory', effect: 'refuse', text: 'What has entries below it is a directory.' },
  { name: 'duplicate', effect: 'refuse', text: 'A name occurs once, unless it is a directory each time.' },
  {
    name: 'hardlink',
    effect: 'refuse',
    text: 'A hard link leads to an earlier entry that is not a directory.',
  },
  { name: 'symlink', effect: 'refuse', text: 'A symbolic link has a target.' },
  { name: 'total-bytes', effect: 'refuse', text: 'Droplet and layer are bounded in size, uncompressed.' },
  { name: 'ratio', effect: 'refuse', text: 'The ratio of compression is bounded, beyond 64 MiB.' },
  {
    name: 'entries',
    effect: 'refuse',
    text: 'The number of entries is bounded, directories that names imply included; so are all names together.',
  },
  { name: 'name-bytes', effect: 'refuse', text: 'A name and the target of a link are bounded in length.' },
  { name: 'component-bytes', effect: 'refuse', text: 'The parts of a name are bounded in length.' },
  {
    name: 'pax-bytes',
    effect: 'refuse',
    text: 'Extended headers are bounded in size, global ones to 8 KiB.',
  },
  { name: 're-root', effect: 'change', text: 'Names and targets of hard links begin with `home/vcap/`.' },
  {
    name: 'root',
    effect: 'change',
    text: '`home/vcap/` is the first entry and has the mode 0755; a later `./` is left out.',
  },
  {
    name: 'owner',
    effect: 'change',
    text: 'Every entry belongs to 2000:2000 (vcap), unless owners are preserved.',
  },
  {
    name: 'special-bits',
    effect: 'change',
    text: 'Setuid and setgid bits and file capabilities are dropped, unless they are kept.',
  },
  { name: 'overlay', effect: 'change', text: 'Extended attributes that control overlayfs are dropped.' },
  { name: 'fifo', effect: 'change', text: 'Fifos are left out.' },
  { name: 'label', effect: 'change', text: 'Volume labels and comments on the archive are left out.' },
  { name: 'plain', effect: 'change', text: 'Contiguous files and files of old archives become plain files.' },
  { name: 'local', effect: 'change', text: 'Global PAX records become records of each entry they govern.' },
  { name: 'end', effect: 'change', text: 'The layer ends in two zero blocks, without further padding.' },
] as const satisfies readonly Rule[];

export type RuleName = (typeof rules)[number]['name'];

/** Bounds against bombs. Bytes and counts, except for `maxRatio`: uncompressed to compressed. */
export type Limits = {
  maxBytes: number;
  maxRatio: number;
  maxEntries: number;
  maxNameBytes: number;
  maxComponentBytes: number;
  maxPaxBytes: number;
};

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  maxBytes: 16 * 1024 * mebibyte,
  maxRatio: 200,
  maxEntries: 1_000_000,
  maxNameBytes: 3900,
  maxComponentBytes: 255,
  maxPaxBytes: mebibyte,
};

/** Below it a high ratio is harmless, and chance: a few files of zeros reach it. */
const freeOfRatio = 64 * mebibyte;

/**
 * Stops a decompression bomb while it runs.
 * @param compressed bytes read so far, `uncompressed` bytes that came of them
 * @throws DropletRefused by rule `ratio`
 */
export function checkRatio({ maxRatio }: Limits, compressed: number, uncompressed: number): void {
  if (uncompressed <= freeOfRatio || uncompressed <= compressed * maxRatio) return;
  throw new DropletRefused(undefined, {
    rule: 'ratio',
    entry: '',
    offset: uncompressed,
    detail: `${compressed} bytes grew to ${uncompressed}, over the bound of ${maxRatio} times`,
  });
}
