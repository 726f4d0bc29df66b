import { Failure } from '../../errors.ts';

/** An entry that hides something of the layers below: all that a directory has, or one name in it. */
export type Whiteout = { folder: string; hides: 'all' | 'nothing' | { name: string } };

const prefix = '.wh.';
const opaque = '.wh..wh..opq';
/** What aufs kept for itself; but for the opaque mark it means nothing, and no runtime unpacks it. */
const metaPrefix = '.wh..wh.';

/**
 * What the entry `path` hides (image-spec, layer.md "Whiteouts"); undefined where it is none.
 * @throws Failure `invalid` for a whiteout that names nothing
 */
export function parseWhiteout(path: string): Whiteout | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.pop() ?? '';
  const folder = parts.join('/');
  if (parts.some((part) => part.startsWith(metaPrefix))) return { folder, hides: 'nothing' };
  if (!last.startsWith(prefix)) return undefined;
  const name = last.slice(prefix.length);
  if (parts.includes('..') || ['', '.', '..'].includes(name)) {
    throw new Failure(
      'invalid',
      `no runtime can unpack ${JSON.stringify(path)}: there is no such name to hide`,
    );
  }
  if (last === opaque) return { folder, hides: 'all' };
  return { folder, hides: last.startsWith(metaPrefix) ? 'nothing' : { name } };
}
