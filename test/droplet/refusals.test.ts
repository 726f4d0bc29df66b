import test from 'ava';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { defaultLimits, rules } from '../../src/droplet/rules.ts';
import { rawTar, type RawEntry } from './raw-tar.ts';
import { refusedForms } from './refused-forms.ts';
import { refusedNames } from './refused-names.ts';
import { outcome, rewritten, usual } from './rewritten.ts';

const rows = [...refusedForms, ...refusedNames];
const file = (name: string): RawEntry => ({ name, body: 'x' });
const root: RawEntry = { name: './', type: '5' };

for (const { rule, what, tar, entry, offset, limits } of rows) {
  test(`${rule}: ${what}`, (t) => {
    const options = { ...usual, limits: { ...defaultLimits, ...limits } };
    const refusal = outcome(tar, options);
    t.like(refusal, {
      rule,
      ...(entry === undefined ? {} : { entry }),
      ...(offset === undefined ? {} : { offset }),
    });
    t.deepEqual(outcome(tar, options, [1]), refusal);
  });
}

test('every rule that the rewriter refuses by is in this table', (t) => {
  const refusing = rules.filter(
    ({ name, effect }) => effect === 'refuse' && name !== 'gzip' && name !== 'ratio',
  );
  t.deepEqual(new Set(rows.map(({ rule }) => rule)), new Set(refusing.map(({ name }) => name)));
});

test('a refusal names the entry, its offset, the rule, and where else the trouble lies', (t) => {
  const tar = rawTar(root, file('./a'), file('./b'), file('./a'));
  const error = t.throws(() => rewritten(tar, usual), { instanceOf: DropletRefused });
  t.is(error?.code, 'refused');
  t.is(error?.reason, 'duplicate');
  t.is(
    error?.message,
    'Droplet refused: entry "./a" at byte 2560 breaks rule duplicate: ' +
      'the name was a file already at byte 512, and is a file here',
  );
});

test('the name of an entry is shown as UTF-8, or with escapes where it is none', (t) => {
  t.like(outcome(rawTar(file(Buffer.from('/ö').toString('latin1'))), usual), { entry: '/ö' });
  t.like(outcome(rawTar(file('/\xff')), usual), { entry: '/\\xff' });
});
