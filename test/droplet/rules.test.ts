import test from 'ava';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { checkRatio, defaultLimits, rules } from '../../src/droplet/rules.ts';

const mebibyte = 1024 * 1024;

test('a ratio counts beyond 64 MiB', (t) => {
  const limits = { ...defaultLimits, maxRatio: 10 };
  t.notThrows(() => {
    checkRatio(limits, 1, 64 * mebibyte);
    checkRatio(limits, 10 * mebibyte, 100 * mebibyte);
  });
  const refused = t.throws(
    () => {
      checkRatio(limits, 10 * mebibyte, 100 * mebibyte + 1);
    },
    { instanceOf: DropletRefused },
  );
  t.is(refused?.reason, 'ratio');
});

test('every rule has one name', (t) => {
  t.is(new Set(rules.map(({ name }) => name)).size, rules.length);
});
