import { Failure } from '../errors.ts';

/**
 * The times that make collecting safe without a lock (docs/store.md, "Lifetime"). Each is far from the next: clocks may be
 * some minutes apart, and a process may pause.
 */
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What was read from the store is believed for so long without another look. */
export const believedFor = 5 * minute;

/** Nobody relies on anything of a droplet's former life, once it was collected so long ago. */
export const settlesAfter = 60 * minute;

/** Whatever makes something that names what it found before must have named it within this time. */
export const worksWithin = 6 * hour;

/** A removal that did not end within this time never will: its collector died, or lost its store. */
export const removalsLast = 60 * minute;

/** Whether nobody wrote an object for so many milliseconds before `now`. One of which a store says no time is young. */
export function isOlder({ modified }: { modified: number }, age: number, now: number): boolean {
  return modified > 0 && now - modified >= age;
}

/**
 * Work that began at `start` may still name what it saw then.
 * @throws Failure `too-large` after `worksWithin`: what it relies on may be collected already
 */
export function requireInTime(start: number, what: string, now: number): void {
  if (now - start <= worksWithin) return;
  throw new Failure('too-large', `${what} took over ${worksWithin / hour} hours: nothing of it is kept`);
}
