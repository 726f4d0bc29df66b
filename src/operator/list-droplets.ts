import { recordsFolder, refusalsFolder } from '../droplet/record.ts';
import { parseSourceKey, sourceFolder } from '../droplet/source-key.ts';
import type { GuidState, GuidStates } from '../droplet/states.ts';
import { isDropletHash } from '../oci/reference.ts';
import type { ReadableStore } from '../store/store.ts';
import type { DropletSummary } from './operator.ts';

export type ListParts = {
  own: ReadableStore;
  sources: ReadableStore;
  states: GuidStates;
  defaultStack: string;
};
type Found = { guid: string; hash: string; size?: number | undefined; state: DropletSummary['state'] };

/** Every droplet that a source has or that was converted, of one guid or of all, sorted by name. */
export async function listDroplets(parts: ListParts, guid?: string): Promise<DropletSummary[]> {
  const found = await findAll(parts, guid);
  const states = new Map<string, GuidState>();
  const listed: DropletSummary[] = [];
  for (const droplet of found.values()) {
    const state = states.get(droplet.guid) ?? (await parts.states.get(droplet.guid));
    states.set(droplet.guid, state);
    const deleted = droplet.hash in state.deleted;
    listed.push({
      ...droplet,
      stack: state.stack ?? parts.defaultStack,
      state: deleted ? 'deleted' : droplet.state,
    });
  }
  return listed.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

async function findAll({ own, sources }: ListParts, guid: string | undefined): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for await (const info of sources.list(guid === undefined ? '' : sourceFolder(guid))) {
    const name = parseSourceKey(info.key);
    if (name !== undefined) found.set(idOf(name), { ...name, size: info.size, state: 'stored' });
  }
  const under = guid === undefined ? '' : `${guid}/`;
  for await (const name of namesBelow(own, refusalsFolder, under)) {
    const known = found.get(idOf(name));
    if (known !== undefined) found.set(idOf(name), { ...known, state: 'refused' });
  }
  for await (const name of namesBelow(own, recordsFolder, under)) {
    found.set(idOf(name), { ...found.get(idOf(name)), ...name, state: 'converted' });
  }
  return found;
}

/** Keys are `<folder><guid>/<hash>.json` or `<folder><guid>/<hash>/…`; others are of another kind. */
async function* namesBelow(
  own: ReadableStore,
  folder: string,
  under: string,
): AsyncIterable<{ guid: string; hash: string }> {
  for await (const { key } of own.list(folder + under)) {
    const [guid = '', last = ''] = key.slice(folder.length).split('/');
    const hash = last.replace(/\.json$/, '');
    if (isDropletHash(hash)) yield { guid, hash };
  }
}

function idOf({ guid, hash }: { guid: string; hash: string }): string {
  return `${guid}/${hash}`;
}
