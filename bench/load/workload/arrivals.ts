import type { Instance } from './instances-of.ts';
import { random } from './random.ts';
import { referenceOf } from './reference-of.ts';
import type { App, Start } from './workload.ts';

/** When each instance is started, earliest first. @param apps by number */
export type Arrival = (instances: readonly Instance[], apps: readonly App[]) => Start[];

/** The power is back. */
export const allAtOnce: Arrival = (instances, apps) => starts(instances, apps, () => 0);

/** So many a second, evenly spaced, in an order that the seed decides. */
export function rolling(perSecond: number, seed: number): Arrival {
  return (instances, apps) =>
    starts(random(seed, 'rolling').shuffled(instances), apps, (nth) => (nth * 1000) / perSecond);
}

/** So many a second in the mean, none because of another: gaps are exponential. */
export function poisson(perSecond: number, seed: number): Arrival {
  return (instances, apps) => {
    const { fraction, shuffled } = random(seed, 'poisson');
    const order = shuffled(instances);
    let atMs = 0;
    return starts(order, apps, () => (atMs -= (Math.log(1 - fraction()) * 1000) / perSecond));
  };
}

/** @throws Error where an instance is of no app */
function starts(
  instances: readonly Instance[],
  apps: readonly App[],
  timeOf: (nth: number) => number,
): Start[] {
  const references = apps.map(referenceOf);
  return instances.map(({ app, node }, nth) => {
    const reference = references[app];
    if (reference === undefined) throw new Error(`There is no app ${app} among ${apps.length}`);
    return { atMs: timeOf(nth), node, reference };
  });
}
