import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { assume } from '../../../bench/capacity/assumptions.ts';
import { pageOf } from '../../../bench/capacity/page/page-of.ts';
import { inOrder, runOf } from '../../../bench/capacity/read-runs.ts';
import { studyOf } from '../../../bench/capacity/study.ts';
import type { Report } from '../../../bench/load/report/report.ts';
import { madeUpRuns } from './made-up-runs.ts';

const golden = join(import.meta.dirname, 'golden/capacity.md');

function pageFor(reports: readonly Report[]): string {
  return pageOf(studyOf(inOrder(reports.map((report) => runOf(report, 'made-up.json'))), assume()));
}

test('the page of some reports reads as it always did', async (t) => {
  const page = pageFor(madeUpRuns());
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, page);
  t.is(page, await readFile(golden, 'utf8'));
});

test('the order of reports changes nothing', (t) => {
  t.is(pageFor(madeUpRuns().toReversed()), pageFor(madeUpRuns()));
});

test('it begins with the answer, and names what it was made from', (t) => {
  const page = pageFor(madeUpRuns());
  t.regex(
    page,
    /^# What a fleet needs\n\n.*\n\n\*\*250 nodes with 40,000 apps need \d+ replicas\*\*, each with/,
  );
  for (const { version, begun, machine, workload } of madeUpRuns()) {
    for (const text of [version, begun, machine.cpu]) t.true(page.includes(text), text);
    t.true(page.includes(`| ${workload?.nodes} | ${workload?.apps} | ${version} | ${begun} |`));
  }
});

test('what comes from elsewhere breaks no table', (t) => {
  const hostile = madeUpRuns().map((report) => ({
    ...report,
    version: '1 | 2\n\n# <b>three',
    machine: { ...report.machine, cpu: 'a | b\nc' },
  }));
  const page = pageFor(hostile);
  t.is(page.split('\n').length, pageFor(madeUpRuns()).split('\n').length);
  t.false(page.includes('<b>'));
  const widths = page.split('\n').map((line) => (line.startsWith('|') ? line.split(/(?<!\\)\|/).length : 0));
  for (const [at, width] of widths.entries())
    if (width > 0 && (widths[at - 1] ?? 0) > 0) t.is(width, widths[at - 1] ?? 0, page.split('\n')[at]);
});
