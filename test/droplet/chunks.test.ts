import test from 'ava';
import * as fc from 'fast-check';
import { gnuLong, pax, rawTar, type RawEntry } from './raw-tar.ts';
import { exact, outcome, usual } from './rewritten.ts';

const name = fc.oneof(
  fc.constantFrom(
    './',
    'a',
    'b',
    'a/b',
    './a/',
    'c/d/e',
    'staging_info.yml',
    '.wh.a',
    '../x',
    'x/'.repeat(40),
  ),
  fc.string({ unit: fc.constantFrom('f', 'g', '/', '\xff'), minLength: 1, maxLength: 99 }),
);
const plain = fc.record({
  name,
  type: fc.constantFrom('0', '0', '0', '5', '1', '2', '6', '7', '\0', 'V'),
  link: fc.constantFrom('', 'a', 'b', './a/b'),
  body: fc.oneof(
    fc.constant(''),
    fc.nat({ max: 1500 }).map((size) => 'z'.repeat(size)),
  ),
  mode: fc.constantFrom(0o644, 0o4755),
  dialect: fc.constantFrom('ustar', 'gnu', 'v7'),
});
/** An entry as archives have it: only plain files have a body, only directories end in a slash. */
const entry = plain.map((raw): RawEntry => {
  const isFile = raw.type === '0' || raw.type === '7' || raw.type === '\0';
  const wanted = raw.type === '5' ? raw.name : raw.name.replace(/\/+$/, '') || 'r';
  return { ...raw, name: wanted, body: isFile ? raw.body : '' };
});
const extension = fc.oneof(
  name.map((text) => pax(['path', text], ['mtime', '1.5'])),
  name.map((text) => gnuLong('L', text.repeat(3))),
  fc.constant<RawEntry>({ ...pax(['VENDOR.x', 'y'.repeat(600)]), type: 'g' }),
  fc.constant<RawEntry>(pax(['SCHILY.xattr.user.overlay.x', '\xff\0'])),
);
const entries = fc.array(fc.oneof({ weight: 4, arbitrary: entry }, { weight: 1, arbitrary: extension }), {
  maxLength: 12,
});
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2000 })), {
  minLength: 1,
  maxLength: 8,
});
const options = fc.constantFrom(exact, usual);
/** Bytes that are changed: at a fraction of the length, to a value. */
const damage = fc.oneof(
  { weight: 2, arbitrary: fc.constant<[number, number][]>([]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat({ max: 999 }), fc.nat({ max: 255 })), { maxLength: 2 }) },
);

test('output and verdict do not depend on how the bytes are cut', (t) => {
  let rewrites = 0;
  fc.assert(
    fc.property(entries, damage, sizes, options, (raw, damaged, chunks, option) => {
      const tar = rawTar(...raw);
      for (const [at, value] of damaged) tar[Math.floor((at * tar.length) / 1000)] = value;
      const whole = outcome(tar, option);
      if ('tar' in whole) rewrites++;
      t.deepEqual(outcome(tar, option, chunks), whole);
      t.deepEqual(outcome(tar, option, [1]), whole);
    }),
    { numRuns: 400 },
  );
  t.true(rewrites > 40, `only ${rewrites} archives were rewritten`);
});

test('an archive that is cut anywhere is refused as truncated', (t) => {
  const tar = rawTar({ name: './', type: '5' }, pax(['mtime', '1.5']), { name: 'a', body: 'x'.repeat(600) });
  for (let end = 0; end < tar.length; end++) {
    t.like(outcome(tar.subarray(0, end), usual), { rule: 'truncated' });
  }
});

test('a layer is a droplet that can be rewritten again', (t) => {
  fc.assert(
    fc.property(entries, options, (raw, option) => {
      const once = outcome(rawTar(...raw), option);
      if (!('tar' in once)) return;
      const twice = outcome(once.tar, option);
      t.like(twice, { summary: { warnings: [], entries: once.summary.entries + 1 } });
    }),
    { numRuns: 400 },
  );
});
