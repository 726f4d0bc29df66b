import { parseArgs } from 'node:util';
import { allScenarios } from '../scenarios/all-scenarios.ts';
import type { Scenario } from '../scenarios/scenario.ts';

export const sizes = ['small', 'medium', 'large'] as const;

export type LoadCommand = {
  /** unless `workloadFile` says what is run */
  size: (typeof sizes)[number];
  workloadFile: string | undefined;
  scenarios: readonly Scenario[];
  /** whether registries are compared as well */
  contest: boolean;
  seed: number;
  tls: boolean;
  store: 'directory' | 's3';
  processes: number;
  /** starts a second; undefined for what suits the workload */
  rate: number | undefined;
  /** undefined for a new directory */
  out: string | undefined;
};

export const loadUsage = `Usage: npm run bench -- load [small|medium|large] [scenario...] [option...]
Scenarios, all without any: ${allScenarios.map(({ name }) => name).join(', ')}
  --seed N                 of all chance: 1
  --store directory|s3     where droplets and layers are kept: directory
  --tls                    nodes pull over TLS
  --processes N            of each replica: 1
  --rate N                 starts a second, where they do not come at once
  --workload FILE          run the workload that another run has recorded
  --contest, --no-contest  compare with other registries, or don't: where no scenario is named
  --out DIR                for report.json, report.html and workload.json: a new one
`;

/** @throws Error that says what is wrong with the arguments */
export function parseLoad(args: readonly string[]): LoadCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    allowNegative: true,
  });
  const [first] = positionals;
  const size = sizes.find((name) => name === first);
  const names = size === undefined ? positionals : positionals.slice(1);
  const stranger = names.find((name) => allScenarios.every((scenario) => scenario.name !== name));
  if (stranger !== undefined) throw new Error(`There is neither a size nor a scenario ${stranger}`);
  const { store, seed, processes, rate, workload, out, tls = false } = values;
  if (store !== 'directory' && store !== 's3')
    throw new Error(`--store ${store}: there are directory and s3`);
  if (workload !== undefined && size !== undefined) throw new Error('--workload has a size of its own');
  return {
    size: size ?? 'small',
    workloadFile: workload,
    scenarios: allScenarios.filter(({ name }) => names.length === 0 || names.includes(name)),
    contest: values.contest ?? names.length === 0,
    seed: whole('seed', seed, 0),
    tls,
    store,
    processes: whole('processes', processes, 1),
    rate: rate === undefined ? undefined : whole('rate', rate, 1),
    out,
  };
}

const options = {
  seed: { type: 'string', default: '1' },
  store: { type: 'string', default: 'directory' },
  tls: { type: 'boolean' },
  processes: { type: 'string', default: '1' },
  rate: { type: 'string' },
  workload: { type: 'string' },
  contest: { type: 'boolean' },
  out: { type: 'string' },
} as const;

function whole(name: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least) return value;
  throw new Error(`--${name} ${text}: a whole number is wanted, ${least} or more`);
}
