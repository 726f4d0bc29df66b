/** Rules, dashboard and docs/metrics.md, beside each other and beside what is really exported; Prometheus' own tool reads them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { format } from 'prettier';
import { parse } from 'yaml';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { toolPath } from '../helpers/tools.ts';
import { dashboard, rows } from './dashboard.ts';
import { facadeMetrics, namesIn, patcherMetrics, seriesOf } from './exported.ts';

const root = join(import.meta.dirname, '../..');
const files = {
  rules: join(root, 'deploy/prometheus/rules.yml'),
  dashboard: join(root, 'deploy/grafana/dashboard.json'),
  page: join(root, 'docs/metrics.md'),
};

const withTools = testWith('promtool', 'openssl', 'setpriv');
const owner = new AsyncDisposableStack();
test.after.always(() => owner.disposeAsync());

type Rule = { expr: string; record?: string; alert?: string; annotations?: Record<string, string> };

async function rules(): Promise<Rule[]> {
  const { groups } = parse(await readFile(files.rules, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** What the dashboard asks, with Grafana's variables filled in. */
function queries(): string[] {
  return rows
    .flatMap(({ panels }) => panels)
    .flatMap((panel) => panel.queries.map(([expression]) => expression))
    .map((text) => text.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'));
}

let asked: Promise<[facade: string, patcher: string]> | undefined;
const exported = () => (asked ??= Promise.all([facadeMetrics(owner), patcherMetrics(owner)]));

withTools('the rules are valid, and fire when they should and only then', async (t) => {
  const promtool = toolPath('promtool');
  await run(promtool, ['check', 'rules', files.rules]);
  const { stdout, stderr } = await run(promtool, ['test', 'rules', join(import.meta.dirname, 'alerts.yml')]);
  t.regex(stdout + stderr, /SUCCESS/);
  const tested = await readFile(join(import.meta.dirname, 'alerts.yml'), 'utf8');
  for (const { alert } of await rules())
    if (alert !== undefined) t.true(tested.includes(`"${alert}"`), alert);
});

withTools('Prometheus can read each query of the dashboard', async (t) => {
  const path = join(await tempDir(t), 'queries.yml');
  const asRules = queries().map((expr, at) => ({ record: `query:${at}`, expr }));
  t.true(asRules.length > 40);
  await writeFile(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: asRules }] }));
  await t.notThrowsAsync(run(toolPath('promtool'), ['check', 'rules', path]));
});

withTools('Prometheus finds nothing to mend in what is exported', async (t) => {
  for (const text of await exported()) {
    const { code, stdout, stderr } = await run(toolPath('promtool'), ['check', 'metrics'], {
      input: text,
      mayFail: true,
    });
    const ours = (stdout + stderr).split('\n').filter((line) => line.startsWith('dropstack'));
    t.deepEqual(ours, []);
    t.true(code === 0 || code === 3, stderr);
  }
});

withTools('rules and dashboard ask for nothing that is not exported or recorded', async (t) => {
  const there = (await exported()).flatMap((text) => [...seriesOf(namesIn(text))]);
  const recorded = (await rules()).flatMap(({ record }) => record ?? []);
  const known = new Set([...there, ...recorded]);
  const texts = [...(await rules()).map(({ expr }) => expr), ...queries()];
  const names = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\b(?:dropstack|nodejs|process)[_:][\w:]+/g)].map(([name]) => name),
    ),
  );
  t.true(names.size > 40);
  for (const name of names) t.true(known.has(name), name);
  for (const name of recorded) t.true(names.has(name), `nobody asks for ${name}`);
});

withTools('each metric has its row in metrics.md, with its labels, and each row its metric', async (t) => {
  const texts = await exported();
  const there = texts.flatMap((text) => [...namesIn(text).keys()]);
  const page = await readFile(files.page, 'utf8');
  const named = new Map(
    [...page.matchAll(/^\|.*?\|/gm)].flatMap(([cell]) =>
      [...cell.matchAll(/`(\w+)(?:\{([\w,]+)\})?`/g)]
        .filter(([, name = '']) => /^(?:dropstack|nodejs|process)_/.test(name))
        .map(([, name = '', labels = '']) => [name, labels] as const),
    ),
  );
  const ours = new Set(there.filter((name) => name.startsWith('dropstack_')));
  t.true(ours.size > 40);
  for (const name of ours) t.true(named.has(name), `${name} is not documented`);
  for (const name of named.keys()) t.true(there.includes(name), `${name} is not exported`);
  for (const [, name = '', text = ''] of texts
    .join('\n')
    .matchAll(/^(dropstack_\w+?)(?:_bucket)?\{(.*)\}/gm)) {
    const labels = [...text.matchAll(/(\w+)="/g)]
      .map(([, label = '']) => label)
      .filter((label) => label !== 'le');
    const metric = ours.has(name) ? name : name.replace(/_(?:sum|count)$/, '');
    t.deepEqual(named.get(metric)?.split(',').filter(Boolean).toSorted(), labels.toSorted(), metric);
  }
});

test('each alert has a section in metrics.md, and each section its alert', async (t) => {
  const alerts = (await rules()).flatMap(({ alert, annotations }) =>
    alert === undefined ? [] : [{ alert, runbook: annotations?.['runbook'] }],
  );
  const page = await readFile(files.page, 'utf8');
  const sections = [...page.matchAll(/^### (Dropstack\w+)$/gm)].map(([, name]) => name);
  t.deepEqual(
    sections,
    alerts.map(({ alert }) => alert),
  );
  for (const { alert, runbook } of alerts) t.is(runbook, `docs/metrics.md#${alert.toLowerCase()}`);
});

test('the dashboard is what dashboard.ts makes', async (t) => {
  const wanted = await format(JSON.stringify(dashboard()), { parser: 'json', printWidth: 110 });
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(files.dashboard, wanted);
  const found = await readFile(files.dashboard, 'utf8');
  t.is(found, wanted, 'UPDATE_DOCS=1 npx ava test/monitoring writes it anew');
});
