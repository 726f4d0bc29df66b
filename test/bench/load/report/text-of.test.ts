import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { textOf } from '../../../../bench/load/report/text-of.ts';
import { hostile } from './hostile.ts';
import { madeUpReport } from './made-up-report.ts';

const golden = join(import.meta.dirname, 'golden/report.txt');

test('a report reads as it always did', async (t) => {
  const text = textOf(madeUpReport());
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text);
  t.is(text, await readFile(golden, 'utf8'));
});

test('whatever names and figures are, lines fit and hold nothing but text', (t) => {
  fc.assert(
    fc.property(hostile, fc.double({ noNaN: true, noDefaultInfinity: true }), (name, figure) => {
      const report = madeUpReport(name);
      for (const { pulls, bytes } of report.scenarios)
        [pulls.latency.max, bytes.fromStore] = [figure, figure];
      for (const row of report.contest) row.requestsPerSecond = figure;
      const text = textOf(report);
      t.true(text.isWellFormed());
      t.notRegex(text.replaceAll('\n', ''), /\p{Cc}/u);
      for (const line of text.split('\n')) t.true(line.length <= 120 && line === line.trimEnd(), line);
    }),
    { numRuns: 50 },
  );
});

test('a report of nothing says on what it was made', (t) => {
  const { workload: _, ...rest } = madeUpReport();
  const text = textOf({ ...rest, setup: [], scenarios: [], contest: [] });
  t.deepEqual(text.trimEnd().split('\n').length, 2, text);
});
