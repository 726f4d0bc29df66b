import { meanDroplet, type Assumptions } from './assumptions.ts';
import type { Costs } from './costs/costs.ts';
import { megabyte } from './load-of.ts';

/** A kind of start, what it takes of a replica that has nothing else to do, and what is wanted of 95 in 100. Seconds. */
export type Goal = { name: string; alone: number; within: number };

export function goalsOf({ cpu, bytes }: Costs, given: Assumptions): Goal[] {
  const layer = bytes.layer + meanDroplet * bytes.layerShare;
  const start = cpu.start + cpu.lookup;
  const lacking =
    start + cpu.fetch + cpu.layer + (layer / megabyte) * cpu.layerMegabyte + layer / given.replicaBytes;
  const converting = cpu.conversion + (meanDroplet / megabyte) * cpu.conversionMegabyte;
  return [
    { name: 'the node has everything', alone: start, within: given.knownSeconds },
    { name: 'it lacks the layer', alone: lacking, within: given.lackingSeconds },
    { name: 'nobody converted the droplet', alone: lacking + converting, within: given.convertedSeconds },
  ];
}

/**
 * M/G/1 with processor sharing: a server's loop goes round all that it has begun, so that a start takes in the mean what it
 * takes alone, over the idle part of the server, whatever the others are like. 95 of 100 are within thrice the mean, as of an
 * exponential time.
 */
export function within95(alone: number, utilisation: number): number {
  return (tail * alone) / (1 - utilisation);
}

/** The busiest that a server may be so that all goals are met. @throws Error where no number of replicas meets one */
export function busiest(goals: readonly Goal[], most: number): number {
  return goals.reduce((least, { name, alone, within }) => {
    const bound = 1 - (tail * alone) / within;
    if (bound > 0) return Math.min(least, bound);
    throw new Error(
      `A start where ${name} takes ${alone.toFixed(2)} s of an idle server: 95 of 100 within ${within} s is more than replicas can give`,
    );
  }, most);
}

const tail = 3;
