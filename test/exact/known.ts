import { failureReasons } from './failures.ts';
import { permissions } from './fields.ts';
import { limits } from './limits.ts';
import type { Answer, Difference } from './unpacker.ts';
import { wanted, wantedReasons } from './wanted.ts';

/** A difference that our rules make, or that no rule could prevent. */
type Rule = { name: string; why: string; matches: (difference: Difference, answer: Answer) => boolean };

const rules: Rule[] = [
  {
    name: 'fifo',
    why: 'Fifos are left out, and directories that no entry names and that have nothing else in them.',
    matches: ({ path, field, droplet, layer }, answer) =>
      field === 'type' &&
      layer === '' &&
      (droplet === 'fifo' ||
        (droplet === 'directory' &&
          answer.droplet[path]?.length === 0 &&
          answer.differences.some((other) => other.path.startsWith(`${path}/`) && other.droplet === 'fifo'))),
  },
  {
    name: 'overlay',
    why: 'Attributes that control overlayfs are left out.',
    matches: ({ field, layer }) => layer === '' && /^xattr (?:user|trusted)\.overlay\./.test(field),
  },
  {
    name: 'root mode',
    why: '`home/vcap` has the mode 0755.',
    matches: ({ path, field, layer }) => path === '.' && field === 'mode' && layer === '755',
  },
  {
    name: 'unnamed directory',
    why: 'A directory that no entry names has the time at which it is made, and the group and the setgid bit that its parent hands down.',
    matches: ({ path, field, droplet, layer }, answer) =>
      answer.layer[path]?.length === 0 &&
      answer.made.includes(path) &&
      (field === 'mtime' ||
        field === 'gid' ||
        (field === 'mode' && permissions(droplet) === permissions(layer))),
  },
  {
    name: 'attributes again',
    why: 'Where an entry names a directory again, some add its attributes to those that are there and some begin anew.',
    matches: ({ path, field }, { layer }) => field.startsWith('xattr ') && (layer[path]?.length ?? 0) > 1,
  },
];

/** All kinds of known differences, by name, with what they are. The documentation has this list. */
export const known: ReadonlyMap<string, string> = new Map([
  ...rules.map(({ name, why }) => [name, why] as const),
  ...Object.entries(wantedReasons),
  ...limits.map(({ name, why }) => [name, why] as const),
  ...Object.entries(failureReasons),
]);

/** The name of the kind of known difference that this one is; undefined where it is of none. */
export function explain(difference: Difference, answer: Answer): string | undefined {
  const rule = rules.find(({ matches }) => matches(difference, answer));
  if (rule !== undefined) return rule.name;
  const { value, reason } = wanted(difference, answer);
  if (reason !== undefined && difference.layer === value) return reason;
  return limits.find(
    (limit) =>
      !('client' in limit && limit.client !== difference.client) && limit.matches(value, difference, answer),
  )?.name;
}
