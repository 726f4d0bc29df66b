import { isNow, said, sets } from './fields.ts';
import type { Answer, Difference, Entry } from './unpacker.ts';

/** What a field should be in the layer, and the reason where that is not what GNU tar makes of the droplet. */
type Wanted = { value: string; reason?: WantedReason };

/** The droplet's root, and what GNU tar itself gets wrong of a droplet. */
export const wantedReasons = {
  'late root':
    'A `./` that does not come first is left out; without a first one, `home/vcap/` belongs to 2000:2000 and is of 1970.',
  'late entry':
    'GNU tar gives a directory its time once an entry comes that does not lie in it; what comes later changes it.',
  respelled: 'GNU tar does not know that a directory that is spelled in two ways, as `a` and `a/.`, is one.',
} as const;
type WantedReason = keyof typeof wantedReasons;

/** What GNU tar makes of the droplet; and where that is known to be something else than the droplet says, what that says. */
export function wanted({ path, field, droplet, layer }: Difference, answer: Answer): Wanted {
  const entries = answer.layer[path] ?? [];
  if (path === '.' && answer.roots.join() !== '0') {
    return {
      value: rootField(field, answer.roots[0] === 0 ? entries[0] : undefined) ?? layer,
      reason: 'late root',
    };
  }
  const last = entries.at(-1);
  if (last === undefined) return { value: droplet };
  if (answer.respelled.includes(path)) {
    const value = field.startsWith('xattr ') && sets(last, field) ? layer : said(last, field);
    return { value: value ?? droplet, reason: 'respelled' };
  }
  return field === 'mtime' && isNow(droplet)
    ? { value: last.mtime, reason: 'late entry' }
    : { value: droplet };
}

/** Undefined for attributes, of which GNU tar has those of all the entries. */
function rootField(field: string, first: Entry | undefined): string | undefined {
  if (first !== undefined) return said(first, field);
  return new Map([
    ['uid', '2000'],
    ['gid', '2000'],
    ['mtime', '0+000000000'],
  ]).get(field);
}
