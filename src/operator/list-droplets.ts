import { recordsFolder, refusalsFolder } from '../droplet/record.ts';
import { parseSourceKey, sourceFolder } from '../droplet/source-key.ts';
import { tombstoneOf, type GuidState } from '../droplet/states.ts';
import type { ReadableStore } from '../store/store.ts';
import { dropletsBelow } from './droplets-below.ts';
import type { DropletSummary } from './operator.ts';

/** What lists tell of a guid: its stack, and which of its droplets are deleted. */
export type StackState = Pick<GuidState, 'stack' | 'deleted'>;

export type ListParts = {
  own: ReadableStore;
  sources: ReadableStore;
  defaultStack: string;
  /** Reads what is known of the guids at that moment. */
  states: () => Promise<(guid: string) => StackState>;
};

type Found = { guid: string; hash: string; size?: number | undefined; state: DropletSummary['state'] };

/** Every droplet that a source has or that was converted, of one guid or of all, sorted by name. */
export async function listDroplets(parts: ListParts, guid?: string): Promise<DropletSummary[]> {
  const found = await findAll(parts, guid);
  // Afterwards: what is deleted meanwhile is then told to be.
  const stateOf = await parts.states();
  return Array.from(found)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, droplet]) => {
      const state = stateOf(droplet.guid);
      return {
        ...droplet,
        stack: state.stack ?? parts.defaultStack,
        state: tombstoneOf(state, droplet.hash) === undefined ? droplet.state : 'deleted',
      };
    });
}

async function findAll({ own, sources }: ListParts, guid: string | undefined): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for await (const info of sources.list(guid === undefined ? '' : sourceFolder(guid))) {
    const name = parseSourceKey(info.key);
    if (name !== undefined) found.set(idOf(name), { ...name, size: info.size, state: 'stored' });
  }
  for await (const name of dropletsBelow(own, refusalsFolder, guid)) {
    const known = found.get(idOf(name));
    if (known !== undefined) found.set(idOf(name), { ...known, state: 'refused' });
  }
  for await (const name of dropletsBelow(own, recordsFolder, guid)) {
    found.set(idOf(name), { ...found.get(idOf(name)), ...name, state: 'converted' });
  }
  return found;
}

function idOf({ guid, hash }: { guid: string; hash: string }): string {
  return `${guid}/${hash}`;
}
