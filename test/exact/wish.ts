import * as fc from 'fast-check';
import { form, type Form } from './form.ts';
import { meta, type Meta } from './meta.ts';
import { component, target, type Spelling } from './names.ts';
import { rarely, weighted } from './weighted.ts';

type Kind =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'hardlink'
  | 'contiguous'
  | 'old'
  | 'again'
  | 'fifo'
  | 'global'
  | 'label';

/** One entry to be, before it is known what is there already. Numbers choose among that. */
export type Wish = {
  kind: Kind;
  parent: number;
  /** Directories in between, which get no entry of their own. */
  between: string[];
  name: string;
  spelling: Spelling;
  chosen: number;
  /** A hard link's header tells what its target's does, as in archives that are made of files. */
  alike: boolean;
  link: string;
  body: string;
  meta: Meta;
  form: Form;
};

export const spelling = fc.constantFrom<Spelling[]>('plain', 'dot', 'dot', 'dot', 'slashes', 'dots');

/** Mostly small; now and then more than any chunk or buffer on the way holds. */
const body = fc
  .tuple(
    weighted(
      [200, fc.constantFrom(0, 1, 5, 511, 512, 513, 1024)],
      [100, fc.nat(3000)],
      [20, fc.nat(100_000)],
      [2, fc.integer({ min: 1_000_000, max: 2_500_000 })],
    ),
    fc.constantFrom('x', 'text\n', '\0', '\0\xff\x1f\x8b'),
  )
  .map(([size, pattern]) => Buffer.alloc(size, pattern, 'latin1').toString('latin1'));

const kind = weighted<Kind>(
  [34, fc.constant('file')],
  [18, fc.constant('directory')],
  [12, fc.constant('symlink')],
  [12, fc.constantFrom('contiguous', 'old', 'again')],
  [12, fc.constant('hardlink')],
  [3, fc.constant('fifo')],
  [3, fc.constantFrom('global', 'label')],
);

export const wish: fc.Arbitrary<Wish> = fc.record({
  kind,
  parent: fc.nat(99),
  between: rarely(10, fc.array(component, { minLength: 1, maxLength: 3 }), []),
  name: component,
  spelling,
  chosen: fc.nat(99),
  alike: rarely(10, fc.constant(false), true),
  link: target,
  body,
  meta,
  form,
});
