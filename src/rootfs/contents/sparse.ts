import type { EntryHeader } from './read-layer.ts';

/**
 * A sparse file in one of GNU tar's PAX forms ("Storing Sparse Files"): its real name and size, which the header hides.
 * The body then is not what the file holds.
 */
export function sparseFile({ name, size, pax }: EntryHeader): { name: string; size: number } | undefined {
  if (!Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))) return undefined;
  const realName = pax['GNU.sparse.name'];
  const realSize = Number(pax['GNU.sparse.realsize'] ?? pax['GNU.sparse.size']);
  return {
    name: typeof realName === 'string' ? realName : name,
    size: Number.isSafeInteger(realSize) ? realSize : size,
  };
}
