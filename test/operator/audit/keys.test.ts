import test from 'ava';
import fc from 'fast-check';
import {
  auditId,
  compareIds,
  dayFolder,
  dayNamed,
  entryKey,
  hourFolder,
  hourFolders,
  hourNamed,
  idAt,
  timeOf,
} from '../../../src/operator/audit/keys.ts';
import { day, hour } from '../../../src/store/lifetime.ts';

const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
const id = fc
  .tuple(time, fc.integer({ min: 0, max: 0xffffffff }))
  .map(([ms, number]) => `${ms}-${number.toString(16).padStart(8, '0')}`);

test('an entry lies in the folder of its hour, in that of its day, and is found by its key', (t) => {
  t.is(entryKey('1763708034886-9b1c03de'), 'v1/audit/2025-11-21/06/1763708034886-9b1c03de.json');
  fc.assert(
    fc.property(id, (text) => {
      const key = entryKey(text);
      t.true(key.startsWith(hourFolder(timeOf(text))) && key.startsWith(dayFolder(timeOf(text))));
      t.is(idAt(key), text);
      t.regex(text, auditId);
    }),
  );
  t.is(idAt('v1/audit/2025-11-21/06/readme.txt'), undefined);
});

test('ids are ordered by time, then somehow, and the beginning of an id comes before it', (t) => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      t.is(Math.sign(compareIds(a, b)), -Math.sign(compareIds(b, a)) + 0);
      t.is(compareIds(a, b) === 0, a === b);
      if (timeOf(a) < timeOf(b)) t.true(compareIds(a, b) < 0);
      t.true(compareIds(String(timeOf(a)), a) < 0);
    }),
  );
});

test('folders of days and hours tell when these begin, and others tell nothing', (t) => {
  fc.assert(
    fc.property(time, (at) => {
      const [, , dayName = '', hourName = ''] = hourFolder(at).split('/');
      const start = dayNamed(dayName) ?? NaN;
      t.is(start, Math.floor(at / day) * day);
      t.is(hourNamed(start, hourName), Math.floor(at / hour) * hour);
    }),
  );
  for (const name of ['', '2026', '2026-13-01', '2026-02-31', '2026-11-21T06', 'notes'])
    t.is(dayNamed(name), undefined, name);
  for (const name of ['', '7', '24', '007', 'aa']) t.is(hourNamed(0, name), undefined, name);
});

test('between two times lie all hours', (t) => {
  fc.assert(
    fc.property(
      time,
      fc.integer({ min: 0, max: 5 * day }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (from, length, part) => {
        const between = Math.floor(from + part * length);
        const folders = hourFolders(from, from + length);
        t.true(folders.includes(hourFolder(between)));
        t.is(new Set(folders).size, folders.length);
        t.true(folders.length <= length / hour + 2);
      },
    ),
  );
});
