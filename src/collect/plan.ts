import { Failure } from '../errors.ts';
import type { Why } from './fate.ts';

/** In the order in which they go: what names before what is named. */
export const kinds = [
  'manifest',
  'config',
  'record',
  'needs',
  'refusal',
  'upload',
  'rootfs',
  'contents',
  'pointer',
  'object',
  'state',
  'probe',
] as const;
export type Kind = (typeof kinds)[number];

/** One key that goes. */
export type Step = { kind: Kind; why: Why; key: string; bytes: number };

/** A key that others may write to at any time: it goes only as it was seen. */
export type FencedStep = Step & { etag: string };

/** The state of a guid, which goes only as long as the guid has nothing else if it names a stack. */
export type GuidStep = FencedStep & { guid: string; hasStack: boolean };

/** A droplet whose time is over; `pointers` are keys of those that it names. */
export type DyingDroplet = { guid: string; hash: string; why: Why; steps: Step[]; pointers: string[] };

/** A rootfs version whose time is over, with the images over it that do not go with their droplet. */
export type DyingVersion = { stack: string; version: string; steps: Step[]; named: string[] };

/**
 * All that a collection would do, from what it read after `start`. Some 200 bytes for each droplet that stays and 300 for each key
 * that goes.
 */
export type Plan = {
  start: number;
  /** droplets that the own store knows, and all objects */
  seen: { droplets: number; objects: number };
  /** The operator's source has no droplet, or where there is none, the uploads. */
  sourceIsEmpty: boolean;
  droplets: DyingDroplet[];
  /** droplets with a record that no source has, and nobody deleted */
  missing: number;
  /** those of `missing` that are missed for the first or second time: the others were counted when they were */
  newlyMissing: number;
  /** all of which an absence is to be noted */
  missed: { guid: string; hash: string }[];
  /** droplets whose absence is over */
  returned: { guid: string; hash: string }[];
  /** droplets of which nothing but the tombstone is left */
  spent: { guid: string; hash: string }[];
  versions: DyingVersion[];
  /** named by nothing that stays; `object` is what it leads to */
  pointers: (FencedStep & { object: string })[];
  contents: FencedStep[];
  states: GuidStep[];
  /** what was left by who died while trying what a store does */
  probes: Step[];
  /** objects that nothing names, and those of them that go, ids to bytes */
  unnamed: ReadonlyMap<string, number>;
  due: ReadonlyMap<string, number>;
  /** what stays for now: until when the first of them */
  waiting: { droplets: number; versions: number; objects: number; until?: number | undefined };
  /** keys that cannot be understood: they are left alone */
  unreadable: string[];
};

/** So many may go without a word, also in a store where they are more than a tenth. */
const fewEnough = 10;

/**
 * Why a collection had better not go on without being told to, or undefined. An outage of the source looks as if everything had
 * been deleted.
 */
export function reasonToStop(plan: Plan): string | undefined {
  const { seen, missing, newlyMissing, due } = plan;
  const records = plan.droplets.filter(({ steps }) => steps.some(({ kind }) => kind === 'record')).length;
  if (plan.sourceIsEmpty && missing > 0) return `the source has no droplet at all, and ${missing} are missed`;
  if (tooMany(newlyMissing, seen.droplets))
    return `${newlyMissing} of ${seen.droplets} droplets are in no source`;
  if (tooMany(records, seen.droplets)) return `${records} of ${seen.droplets} droplets would go`;
  if (tooMany(due.size, seen.objects)) return `${due.size} of ${seen.objects} objects would go`;
  return undefined;
}

function tooMany(part: number, whole: number): boolean {
  return part > Math.max(fewEnough, whole / 10);
}

export function stopped(reason: string): Failure {
  return new Failure(
    'conflict',
    `The collection stopped before it removed anything: ${reason}; look at a dry run, and allow it if that is right`,
  );
}
