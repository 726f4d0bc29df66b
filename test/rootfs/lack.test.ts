import test from 'ava';
import * as fc from 'fast-check';
import { lackOf } from '../../src/rootfs/lack.ts';
import type { IndexedLibrary } from '../../src/rootfs/library-index.ts';

const identity = { class: 64, machine: 'x86_64' } as const;

function lack(libraries: IndexedLibrary[], versions: string[]): readonly string[] | undefined {
  const index = { byName: new Map([['libx.so.1', libraries]]), unread: new Set<string>() };
  return lackOf(index, { ...identity, library: 'libx.so.1', versions });
}

test('one library of a name must have all versions', (t) => {
  const [a, b] = [
    { ...identity, versions: ['X_1', 'X_2'] },
    { ...identity, versions: ['X_1', 'X_3'] },
  ];
  t.is(lack([a, b], ['X_1', 'X_3']), undefined);
  t.deepEqual(lack([a, b], ['X_1', 'X_2', 'X_3']), ['X_3']);
  t.deepEqual(lack([a, { ...b, machine: 'i686' }], ['X_3']), ['X_3']);
  t.deepEqual(lack([{ ...a, class: 32 }], ['X_1']), []);
  t.is(lack([a], []), undefined);
});

const versions = fc.uniqueArray(fc.constantFrom<string>('X_1', 'X_2', 'X_3', 'X_4'));
const library = fc.record({
  class: fc.constantFrom<32 | 64>(32, 64),
  machine: fc.constantFrom('x86_64', 'i686'),
  versions,
});

test('nothing is lacking exactly where one library has it all', (t) => {
  fc.assert(
    fc.property(fc.array(library, { maxLength: 4 }), versions, (libraries, wanted) => {
      const fit = libraries.filter((item) => item.class === 64 && item.machine === 'x86_64');
      const found = lack(libraries, wanted);
      const isWhole = fit.some((item) => wanted.every((version) => item.versions.includes(version)));
      t.is(found === undefined, isWhole);
      if (found === undefined) return;
      t.is(found.length === 0, fit.length === 0, 'no version is named where the library itself is missing');
      t.true(found.every((version) => wanted.includes(version)));
    }),
    { numRuns: 1000 },
  );
});
