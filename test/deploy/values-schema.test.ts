import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { chartDirectory } from './chart.ts';
import { valuesSchema } from './values-schema.ts';

const root = join(import.meta.dirname, '../..');
const updates = process.env['UPDATE_DOCS'] === '1';

test("the schema of the chart's values is made from that of the configuration", async (t) => {
  const path = join(chartDirectory, 'values.schema.json');
  const wanted = `${JSON.stringify(valuesSchema(), undefined, 2)}\n`;
  if (updates) await writeFile(path, wanted);
  t.is(await readFile(path, 'utf8'), wanted, 'UPDATE_DOCS=1 brings it up to date');
});

/** Helm reads nothing outside of a chart. */
const copies = {
  'stacks.crd.yaml': 'deploy/patcher/stacks.crd.yaml',
  'rules.yml': 'deploy/prometheus/rules.yml',
};
for (const [copy, original] of Object.entries(copies)) {
  test(`${copy} of the chart is ${original}`, async (t) => {
    const path = join(chartDirectory, 'files', copy);
    if (updates) await copyFile(join(root, original), path);
    const wanted = await readFile(join(root, original), 'utf8');
    t.is(await readFile(path, 'utf8'), wanted, 'UPDATE_DOCS=1 brings it up to date');
  });
}

test('the chart has the version of the package', async (t) => {
  const chart = parse(await readFile(join(chartDirectory, 'Chart.yaml'), 'utf8')) as object;
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  t.like(chart, { version, appVersion: version });
});
