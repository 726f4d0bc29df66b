import test from 'ava';
import * as fc from 'fast-check';
import { Tree, type Kind } from '../../src/droplet/tree.ts';

const name = fc.array(fc.constantFrom('a', 'b', '1'), { minLength: 1, maxLength: 4 });
const kind = fc.constantFrom<Kind>('file', 'directory', 'symlink', 'fifo');

/** The same rules, told in another way: paths as texts, and every one looked at. */
function allowed(known: Map<string, Kind>, parts: string[], added: Kind): boolean {
  const parents = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
  if (parents.some((parent) => (known.get(parent) ?? 'directory') !== 'directory')) return false;
  const before = known.get(parts.join('/'));
  return before === undefined || (before === 'directory' && added === 'directory');
}

test('a tree takes what fits to what it has, and nothing else', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, kind), { maxLength: 12 }), (entries) => {
      const tree = new Tree(1000);
      const known = new Map<string, Kind>();
      for (const [parts, added] of entries) {
        if (allowed(known, parts, added)) {
          tree.add(parts, added, 512);
          for (let at = 1; at < parts.length; at++) known.set(parts.slice(0, at).join('/'), 'directory');
          known.set(parts.join('/'), added);
        } else {
          t.throws(() => {
            tree.add(parts, added, 512);
          });
        }
        for (const [path, what] of known) t.is(tree.kindOf(path.split('/')), what);
      }
    }),
  );
});

test('an offset beyond 2^40 is kept', (t) => {
  const tree = new Tree(10);
  tree.add(['a'], 'file', 2 ** 41 + 512);
  const twice = t.throws(() => {
    tree.add(['a'], 'file', 2 ** 42);
  });
  t.regex(twice?.message ?? '', new RegExp(`byte ${2 ** 41 + 512},`));
});

test('the root is a directory, and what is not there is nothing', (t) => {
  const tree = new Tree(10);
  t.is(tree.kindOf([]), 'directory');
  t.is(tree.kindOf(['a', 'b']), undefined);
});
