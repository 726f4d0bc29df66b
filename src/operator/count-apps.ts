import { recordsFolder } from '../droplet/record.ts';
import { parseSourceKey } from '../droplet/source-key.ts';
import { tombstoneOf } from '../droplet/states.ts';
import { dropletsBelow } from './droplets-below.ts';
import { inParallel } from './in-parallel.ts';
import type { ListParts } from './list-droplets.ts';

const listsAtOnce = 8;

/**
 * How many guids have a droplet, by stack: in a source or converted, and not deleted. It holds the guids alone. Of records the folders
 * are listed, and below these only what no source has: a fleet's records are several times as many as its guids.
 */
export async function countApps({
  own,
  sources,
  defaultStack,
  states,
}: ListParts): Promise<Record<string, number>> {
  const stateOf = await states();
  const counts = new Map<string, number>();
  const counted = new Set<string>();
  const count = (guid: string, hash: string): void => {
    if (counted.has(guid)) return;
    const state = stateOf(guid);
    if (tombstoneOf(state, hash) !== undefined) return;
    counted.add(guid);
    const stack = state.stack ?? defaultStack;
    counts.set(stack, (counts.get(stack) ?? 0) + 1);
  };
  for await (const { key } of sources.list('')) {
    const name = parseSourceKey(key);
    if (name !== undefined) count(name.guid, name.hash);
  }
  const others = (await Array.fromAsync(own.folders(recordsFolder))).filter((guid) => !counted.has(guid));
  const converted = inParallel(others, listsAtOnce, (guid) =>
    Array.fromAsync(dropletsBelow(own, recordsFolder, guid)),
  );
  for await (const droplets of converted) for (const { guid, hash } of droplets) count(guid, hash);
  return Object.fromEntries(counts);
}
