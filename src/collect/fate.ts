import type { Absence, Tombstone } from '../droplet/states.ts';
import { holdersOf } from '../rootfs/stack-change.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import { day, settlesAfter } from '../store/lifetime.ts';

/** Milliseconds: since the epoch, and how long what was deleted is still served by digest. */
export type Times = { now: number; grace: number };

/** What is known of a droplet: whether a source has it, and what its guid's state says. */
export type DropletFacts = {
  present: boolean;
  tombstone: Tombstone | undefined;
  sighting: Absence | undefined;
};

/** Why something goes. */
export type Why = 'deleted' | 'absent' | 'retired' | 'unnamed' | 'empty';

export type DropletFate =
  | { is: 'live' }
  /** A source has it again: whatever a collection noted of its absence is void. */
  | { is: 'returned' }
  /** No source has it: to be noted, for the first or the second time. */
  | { is: 'missed'; time: 'first' | 'second' }
  | { is: 'waiting'; until: number; why: Why }
  | { is: 'over'; why: Why };

/**
 * What becomes of a droplet. One that was deleted is over after the grace; one that no source has, when it was missed twice, a
 * day apart, and the grace has passed since.
 */
export function dropletFate(facts: DropletFacts, times: Times): DropletFate {
  const { present, tombstone, sighting } = facts;
  if (tombstone !== undefined) return present ? sourcedFate(tombstone, times) : buriedFate(tombstone, times);
  if (present) return { is: sighting === undefined ? 'live' : 'returned' };
  if (sighting === undefined) return { is: 'missed', time: 'first' };
  if (sighting.second === undefined) {
    const until = Date.parse(sighting.first) + day;
    return times.now < until ? { is: 'waiting', until, why: 'absent' } : { is: 'missed', time: 'second' };
  }
  return after(Date.parse(sighting.second) + times.grace, 'absent', times);
}

/** A droplet that somebody deleted stays deleted although its source has it; one that nobody deleted is back. */
function sourcedFate(tombstone: Tombstone, times: Times): DropletFate {
  if (tombstone.absent !== true) return buriedFate(tombstone, times);
  const until = Date.parse(tombstone.collected ?? tombstone.at) + settlesAfter;
  return times.now < until ? { is: 'waiting', until, why: 'absent' } : { is: 'returned' };
}

function buriedFate({ at, absent }: Tombstone, times: Times): DropletFate {
  return after(Date.parse(at) + times.grace, absent === true ? 'absent' : 'deleted', times);
}

export type VersionFate = Extract<DropletFate, { is: 'live' | 'waiting' | 'over' }>;

/** What becomes of a rootfs version. One that is served, or lately said to run, stays whatever else the record says. */
export function versionFate(record: StackRecord, version: string, times: Times): VersionFate {
  const { promoted, placements, retired } = record;
  const tombstone = Object.hasOwn(retired, version) ? retired[version] : undefined;
  const serves =
    promoted === version ||
    Object.values(placements).includes(version) ||
    holdersOf(record, version, times.now).length > 0;
  if (tombstone === undefined || serves) return { is: 'live' };
  return after(Date.parse(tombstone.at) + times.grace, 'retired', times);
}

/** A time that cannot be read never comes. */
function after(until: number, why: Why, { now }: Times): Extract<DropletFate, { is: 'waiting' | 'over' }> {
  return now >= until ? { is: 'over', why } : { is: 'waiting', until, why };
}
