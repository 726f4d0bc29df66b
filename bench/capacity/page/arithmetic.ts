import { bytes } from '../../../src/cli/print.ts';
import { count, decimal } from '../../load/report/figures/units.ts';
import { dropletSizes, inputs, meanDroplet, type InputName } from '../assumptions.ts';
import { flowOf } from '../flow-of.ts';
import { loadOf } from '../load-of.ts';
import { goalsOf, within95 } from '../response.ts';
import type { Study } from '../study.ts';
import { noWork, type Work } from '../work.ts';
import { gigabits, milliseconds, table } from './markdown.ts';

export function assumed({ given }: Study): string {
  const rows = Object.entries(inputs).map(([name, [, meaning]]) => [
    `\`${name}\``,
    figure(given[name as InputName]),
    meaning,
  ]);
  const sizes = dropletSizes.map((size) => bytes(size)).join(', ');
  return [
    table(['Input', 'Value', 'Means'], rows),
    `Droplets are as large as real ones: ${sizes}, each as often as any other, ${bytes(meanDroplet)} in the mean.`,
  ].join('\n\n');
}

/** Large and small. */
function figure(value: number): string {
  return value >= 1e6 ? bytes(value) : value.toLocaleString('en', { maximumFractionDigits: 4 });
}

/** How each cost follows from what was measured. */
export function costSteps({ steps }: Study): string {
  const rows = steps.map(({ what, formula, figures, result }) => [what, formula, figures.join('; '), result]);
  return table(['Cost', 'Formula', 'Figures', 'Result'], rows);
}

/** What each kind of event takes, of real droplets. */
export function events({ costs, given }: Study): string {
  const pulled: Work = { ...noWork, starts: 1, lookups: 1, fetches: 1, layers: 1, dropletBytes: meanDroplet };
  const kinds: (readonly [string, Work])[] = [
    ['a start on a node that has everything', { ...noWork, starts: 1, lookups: 1 }],
    ['the same, of a tag that the process was asked for within five minutes', { ...noWork, starts: 1 }],
    ['a start that lacks the droplet’s layer', pulled],
    ['the same, on an empty node', { ...pulled, baseLayers: 2, baseBytes: given.rootfsBytes }],
    [
      'the same as the second, of a droplet that nobody converted',
      { ...pulled, conversions: 1, convertedBytes: meanDroplet },
    ],
    ['an image made ahead of a bump', { ...noWork, images: 1 }],
    ['a start after a bump', { ...noWork, starts: 1, fetches: 1, rebased: 1 }],
    ['a node that gets the next rootfs', { ...noWork, baseLayers: 1, baseBytes: given.rootfsBytes }],
  ];
  const rows = kinds.map(([name, work]) => {
    const load = loadOf(work, costs);
    return [
      name,
      milliseconds(load.cpuSeconds),
      count(load.requests),
      decimal(load.storeRequests),
      bytes(Math.round(load.toClients)),
      bytes(Math.round(load.fromSource)),
      bytes(Math.round(load.toStore)),
    ];
  });
  const { cpu, bytes: sizes } = costs;
  const layer = sizes.layer + meanDroplet * sizes.layerShare;
  return [
    table(
      ['Event', 'CPU', 'Requests', 'Store requests', 'To nodes', 'From the source', 'To the store'],
      rows,
    ),
    `A start that lacks the layer, for example: ${milliseconds(cpu.start + cpu.lookup)} + ${milliseconds(cpu.fetch)} + ${milliseconds(cpu.layer)} + ${decimal(layer / 1e6)} MB × ${milliseconds(cpu.layerMegabyte)} = ${milliseconds(loadOf(pulled, costs).cpuSeconds)}; its layer has ${count(sizes.layer)} + ${count(meanDroplet)} × ${decimal(sizes.layerShare)} bytes. A conversion: ${milliseconds(cpu.conversion)} + ${decimal(meanDroplet / 1e6)} MB × ${milliseconds(cpu.conversionMegabyte)} = ${milliseconds(cpu.conversion + (meanDroplet / 1e6) * cpu.conversionMegabyte)}.`,
  ].join('\n\n');
}

/** What each situation asks of the first fleet, all through replicas. */
export function situations({ answers, costs, given }: Study): string {
  const [first] = answers;
  if (first === undefined) return '';
  const { flows, replicas } = first.needs['through replicas'];
  const counts = flows.map(
    ({ situation: { name, counts: told, seconds } }) => `- **${name}**: ${told}; within ${count(seconds)} s`,
  );
  const rows = flows.map(({ situation, flow }) => {
    const bare = flowOf(situation, 'through replicas', costs, 0);
    return [
      situation.name,
      decimal(flow.cpu),
      count(flow.requests),
      gigabits(flow.sent),
      gigabits(flow.received),
      gigabits(bare.storeGives),
      gigabits(flow.storeGives),
      decimal(flow.storeRequests),
    ];
  });
  const processes = replicas * given.replicaCores;
  return [
    counts.join('\n'),
    table(
      [
        `A second, ${count(first.fleet.nodes)} nodes`,
        'CPU, s',
        'Requests',
        'Replicas send, Gbit/s',
        'receive at most',
        'Store gives without caches',
        'with caches',
        'Store requests',
      ],
      rows,
    ),
    `${processes} processes that wait add ${processes} × ${decimal(costs.store.second)} = ${count(processes * costs.store.second)} requests to the store.`,
  ].join('\n\n');
}

/** How much of a server may be used, and how long a start then takes. */
export function goals({ costs, given, answers }: Study): string {
  const need = answers[0]?.needs['through replicas'];
  const busy = need?.busy ?? given.utilisation;
  const rows = goalsOf(costs, given).map(({ name, alone, within }) => [
    name,
    milliseconds(alone),
    `3 × ${milliseconds(alone)} / (1 − ${decimal(busy)}) = ${milliseconds(within95(alone, busy))}`,
    `${within} s`,
  ]);
  const example =
    need === undefined
      ? []
      : [
          `For ${count(answers[0]?.fleet.nodes ?? 0)} nodes through replicas: ${decimal(need.cores)} cores at work / ${given.replicaCores} cores, and ${gigabits(need.network)} Gbit/s / ${gigabits(given.replicaBytes)} Gbit/s; the larger, rounded up, and one that may be away; ${given.fewestReplicas} at the least: **${need.replicas}**.`,
        ];
  return [table(['Where', 'Alone', '95 of 100 when busy', 'Wanted'], rows), ...example].join('\n\n');
}
