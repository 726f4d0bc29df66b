/**
 * What fleets need that are larger than this machine: `npm run bench -- capacity <report.json>... [--out FILE] [--set name=value]...`
 * writes docs/capacity.md from reports of `npm run bench -- load`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assume, inputs, isInput, type Assumptions } from './capacity/assumptions.ts';
import { verdict } from './capacity/page/check.ts';
import { pageOf } from './capacity/page/page-of.ts';
import { readRuns } from './capacity/read-runs.ts';
import { studyOf } from './capacity/study.ts';

const page = join(import.meta.dirname, '../docs/capacity.md');

const usage = `npm run bench -- capacity <report.json>... [--out FILE] [--set name=value]...
  report.json   of \`npm run bench -- load\` with cold, warm, drain and bump; two sizes at the least
  --out         instead of docs/capacity.md
  --set         another value of an input: ${Object.keys(inputs).join(', ')}
`;

/** @returns the exit code: 1 where reports will not do, or where the model is off by more than it may; 2 for bad arguments */
export async function capacityBench(args: readonly string[]): Promise<0 | 1 | 2> {
  let command: Command;
  try {
    command = parse(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${usage}`);
    return 2;
  }
  try {
    const study = studyOf(await readRuns(command.reports), command.given);
    await writeFile(command.out, pageOf(study));
    process.stdout.write(`${verdict(study.predictions).replaceAll('*', '')}\n${command.out} is written\n`);
    return study.predictions.some(({ isOff }) => isOff) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

type Command = { reports: readonly string[]; out: string; given: Assumptions };

/** @throws Error that says what is wrong */
function parse(args: readonly string[]): Command {
  const { values, positionals: reports } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string', default: page }, set: { type: 'string', multiple: true, default: [] } },
  });
  if (reports.length === 0) throw new Error('Which reports?');
  return { reports, out: values.out, given: assume(Object.fromEntries(values.set.map(changeOf))) };
}

function changeOf(text: string): [string, number] {
  const [, name = '', digits = ''] = /^(\w+)=(\d+(?:\.\d+)?(?:e\d+)?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (!isInput(name)) throw new Error(`--set ${text}: there is no such input, or its value is no number`);
  if (!(value > 0)) throw new Error(`--set ${text}: more than zero is wanted`);
  return [name, value];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
