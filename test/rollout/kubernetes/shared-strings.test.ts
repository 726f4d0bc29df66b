import test from 'ava';
import fc from 'fast-check';
import { SharedStrings } from '../../../src/rollout/kubernetes/shared-strings.ts';

test('every value stays what it is, however many there are', (t) => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 5 }), (values, bound) => {
      const strings = new SharedStrings(bound);
      const before = structuredClone(values);
      t.deepEqual(
        values.map((value) => strings.share(value)),
        before,
      );
    }),
  );
});

test('a value is changed in place, and what is absent stays absent', (t) => {
  const value = { a: 'x', b: undefined, c: [{ d: 'x' }, null, 1] };
  t.is(new SharedStrings().share(value), value);
  t.deepEqual(value, { a: 'x', b: undefined, c: [{ d: 'x' }, null, 1] });
});
