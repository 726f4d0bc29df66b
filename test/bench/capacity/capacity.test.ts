import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../../bench/load/report/report.ts';
import { run, type Output } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { madeUpRuns } from './made-up-runs.ts';

const main = join(import.meta.dirname, '../../../bench/main.ts');

test('reports become a page, which other inputs change', async (t) => {
  const { paths, out, capacity } = await prepare(t, madeUpRuns());
  const { code, stdout, stderr } = await capacity(...paths);
  t.is(code, 0, stderr);
  t.regex(stdout, /^All \d+ figures are within their tolerance/);
  const page = await readFile(out, 'utf8');
  t.regex(page, /^# What a fleet needs/);
  t.is((await capacity(...paths, '--set', 'appsPerNode=80')).code, 0);
  const other = await readFile(out, 'utf8');
  t.regex(other, /250 nodes with 20,000 apps need/);
});

test('a report that the others do not foretell is told by the exit code, and the page is there', async (t) => {
  const [small, medium, large] = madeUpRuns();
  const scenarios = large?.scenarios.map((one) => ({ ...one, challenges: 2 * one.challenges })) ?? [];
  const reports = [small, medium, large && { ...large, scenarios }].filter((one) => one !== undefined);
  const { paths, out, capacity } = await prepare(t, reports);
  const { code, stdout } = await capacity(...paths);
  t.is(code, 1);
  t.regex(stdout, /off by more than their tolerance: requests of cold on 10 nodes/);
  t.regex(await readFile(out, 'utf8'), /\*\*off\*\*/);
});

test('bad arguments end with 2, the reason and the usage', async (t) => {
  const { capacity } = await prepare(t, []);
  const cases = [
    [[], /Which reports\?/],
    [['a.json', '--set', 'noSuchThing=1'], /there is no such input/],
    [['a.json', '--set', 'peak=many'], /there is no such input, or its value is no number/],
    [['a.json', '--set', 'peak=0'], /more than zero is wanted/],
    [['a.json', '--faster'], /--faster/],
  ] as const;
  for (const [args, why] of cases) {
    const { code, stderr } = await capacity(...args);
    t.is(code, 2);
    t.regex(stderr, why);
    t.regex(stderr, /npm run bench -- capacity <report.json>/);
  }
});

test('reports that will not do end with 1 and the reason', async (t) => {
  const [one] = madeUpRuns();
  if (one === undefined) throw new Error('There is no report');
  const { workload: _, ...blind } = one;
  const wrong = one.scenarios.map((scenario) => ({ ...scenario, wrong: ['not kept: all is well'] }));
  const fewer = one.scenarios.filter(({ name }) => name !== 'warm');
  const old = one.scenarios.map(({ storeRequests: __, ...scenario }) => scenario);
  const unready = one.scenarios.map(({ ahead: __, ...scenario }) => scenario);
  const { paths, capacity } = await prepare(t, [
    one,
    { ...one, scenarios: fewer },
    blind,
    { ...one, scenarios: wrong },
    { ...one, scenarios: old },
    { ...one, scenarios: unready },
    { ...one, setup: ['three replicas on S3'] },
  ]);
  const reasons = [
    /it has no scenario warm/,
    /it does not say what was run/,
    /its scenario cold went wrong: not kept: all is well/,
    /cold does not tell requests to the store/,
    /bump does not tell what making images ahead took/,
    /The reports are of different setups/,
  ];
  const [good = '', ...bad] = paths;
  for (const [at, path] of bad.entries()) {
    const { code, stderr } = await capacity(good, path);
    t.is(code, 1);
    t.regex(stderr, reasons[at] ?? /never/);
  }
  t.regex((await capacity(good)).stderr, /Two reports are wanted at the least/);
  t.regex((await capacity(good, `${good}.gone`)).stderr, /Cannot read the report .*gone/);
});

type Prepared = { paths: string[]; out: string; capacity: (...args: string[]) => Promise<Output> };

async function prepare(t: ExecutionContext, reports: readonly Report[]): Promise<Prepared> {
  const home = await tempDir(t);
  const paths = await Promise.all(
    reports.map(async (report, at) => {
      const path = join(home, `${at}.json`);
      await writeFile(path, JSON.stringify(report));
      return path;
    }),
  );
  const out = join(home, 'capacity.md');
  const capacity = (...args: string[]) =>
    run(process.execPath, [main, 'capacity', ...args, '--out', out], { mayFail: true });
  return { paths, out, capacity };
}
