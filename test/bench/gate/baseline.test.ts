import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { readBaseline, writeBaseline, type Baseline } from '../../../bench/gate/baseline.ts';
import { tempDir } from '../../helpers/temp.ts';

const usual = { median: 1.23456789, low: 1, high: 123456 };
const value: Baseline = {
  format: 1,
  version: '1.0.0',
  recorded: '2026-11-21T12:00:00.000Z',
  machine: { cores: 2, cpu: 'a processor', kernel: '6', node: 'v26' },
  rounds: 6,
  scenarios: { pull: { cpu: usual, copied: usual } },
};

test('a baseline is read as it was written, to four digits', async (t) => {
  const path = join(await tempDir(t), 'baseline.json');
  await writeBaseline(path, value);
  const short = { ...usual, median: 1.235 };
  t.deepEqual(await readBaseline(path), { ...value, scenarios: { pull: { cpu: short, copied: short } } });
});

test('another file is no baseline', async (t) => {
  const path = join(await tempDir(t), 'baseline.json');
  await writeFile(path, JSON.stringify({ ...value, format: 2 }));
  await t.throwsAsync(readBaseline(path), { message: /holds no baseline/ });
});

test('the one that is kept names all that is measured', async (t) => {
  const { scenarios } = await readBaseline(join(import.meta.dirname, '../../../bench/gate/baseline.json'));
  t.true(Object.keys(scenarios).length >= 8);
  for (const [name, { cpu, copied }] of Object.entries(scenarios))
    for (const figure of [cpu, copied]) t.true((figure?.median ?? 0) > 0, name);
});
