import test from 'ava';
import * as fc from 'fast-check';
import { parseAge } from '../../src/cli/age.ts';
import { isFailure } from '../../src/errors.ts';

test('an age is a number and a unit', (t) => {
  const ages = { '1s': 1, '90m': 5_400, '12h': 43_200, '30d': 2_592_000, '4w': 2_419_200, '0d': 0 };
  for (const [text, seconds] of Object.entries(ages)) t.is(parseAge(text), seconds * 1000);
});

test('what is no age is refused', (t) => {
  const age = /^\d{1,6}[smhdw]$/;
  for (const text of ['', '30', 'd', '-1d', '1.5h', '30 d', '30D', '1y', '1234567s', '1d1h']) {
    t.throws(() => parseAge(text), { code: 'invalid', message: /no age: write/ });
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return Number.isSafeInteger(parseAge(text)) && age.test(text);
      } catch (error) {
        return isFailure(error, 'invalid') && !age.test(text);
      }
    }),
  );
});
