import * as fc from 'fast-check';
import type { RawEntry } from '../droplet/raw-tar.ts';
import { entriesOf, form } from './form.ts';
import { Grower } from './grower.ts';
import { meta } from './meta.ts';
import { rarely } from './weighted.ts';
import { spelling, wish } from './wish.ts';

const root = fc.record({
  place: rarely(10, fc.constantFrom('none', 'late', 'twice'), 'first'),
  name: fc.constantFrom('./', '.', './/', './.'),
  meta,
  form,
});

/**
 * The entries of an archive that says of a tree what can be said, file by file, each in a form of its own. Most are as from a
 * walk through directories, with names in one spelling; some are not.
 */
export const tree: fc.Arbitrary<RawEntry[]> = fc
  .record({
    root,
    wishes: fc.array(wish, { maxLength: 20, size: 'max' }),
    wild: rarely(10, fc.constant(true), false),
    spelled: fc.option(spelling, { freq: 9 }),
  })
  .map(({ root: { place, name, meta: own, form: its }, wishes, wild, spelled }) => {
    const top = entriesOf({ type: '5', name, link: '', body: '', meta: own }, its);
    const alike = wishes.map((one) => ({ ...one, spelling: spelled ?? one.spelling }));
    const entries = new Grower(wild).grow(alike);
    if (place === 'none') return entries;
    return [...(place === 'late' ? [] : top), ...entries, ...(place === 'first' ? [] : top)];
  });
