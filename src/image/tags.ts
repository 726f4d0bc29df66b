import { recordsFolder } from '../droplet/record.ts';
import { sourceFolder } from '../droplet/source-key.ts';
import { isDropletHash, unknownName, type Repository } from '../oci/reference.ts';
import type { ReadableStore } from '../store/store.ts';
import type { Facts } from './images.ts';

export type TagParts = {
  own: ReadableStore;
  sources: ReadableStore;
  facts: Facts;
  defaultStack: string;
  versions(stack: string): Promise<string[]>;
};

/**
 * The tags of a repository, unsorted: of a rootfs its versions, of a droplet the bare hashes of what exists. Pinned tags
 * resolve too, but a mirror that pulls what is listed must not make us convert everything over everything.
 * @throws Failure `not-found` (`NAME_UNKNOWN`) for a repository that holds nothing
 */
export async function listTags(parts: TagParts, repository: Repository): Promise<Set<string>> {
  const tags =
    repository.kind === 'rootfs'
      ? new Set(await parts.versions(repository.stack))
      : await hashesOf(parts, repository.guid, repository.stack);
  if (tags.size === 0) throw unknownName(repository.name);
  return tags;
}

async function hashesOf(
  { own, sources, facts, defaultStack }: TagParts,
  guid: string,
  stack: string | undefined,
): Promise<Set<string>> {
  const { deleted, stack: assigned } = await facts.guid(guid);
  if (stack !== undefined && stack !== (assigned ?? defaultStack)) return new Set();
  const found = new Set<string>();
  for (const [store, folder] of [
    [sources, sourceFolder(guid)],
    [own, `${recordsFolder}${guid}/`],
  ] as const) {
    for await (const { key } of store.list(folder)) {
      const [hash = ''] = key.slice(folder.length).split('/');
      if (isDropletHash(hash) && !(hash in deleted)) found.add(hash);
    }
  }
  return found;
}
