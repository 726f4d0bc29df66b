import { bytes } from '../../../src/cli/print.ts';
import { count, decimal } from '../../load/report/figures/units.ts';
import { deliveries } from '../flow-of.ts';
import { inFlightOf } from '../situations.ts';
import { connectionsOf, downloadsOf } from '../size-for.ts';
import type { Study } from '../study.ts';
import { gigabits, table } from './markdown.ts';

/** What fleets need: the table for which people come, and a sentence for the first fleet. */
export function answer({ answers, given }: Study): string {
  const rows = answers.flatMap(({ fleet, needs }) =>
    deliveries.map((delivery, at) => {
      const need = needs[delivery];
      return [
        at === 0 ? `**${count(fleet.nodes)}**` : '',
        delivery,
        `**${need.replicas}**`,
        decimal(need.cores),
        gigabits(need.network),
        gigabits(need.storeGives),
        gigabits(need.storeTakes),
        count(need.storeRequests),
      ];
    }),
  );
  const headings = [
    'Nodes',
    'Layers come',
    'Replicas',
    'Cores at work',
    'Their network, Gbit/s',
    'Store gives, Gbit/s',
    'Store takes, Gbit/s',
    'Store requests/s',
  ];
  const [first] = answers;
  if (first === undefined) return table(headings, rows);
  const need = first.needs['through replicas'];
  const each = `${given.replicaCores} cores, ${bytes(need.memory)} of memory, a network of ${gigabits(given.replicaBytes)} Gbit/s and ${bytes(need.cache)} of disk for its cache`;
  return [
    `**${count(first.fleet.nodes)} nodes with ${count(first.fleet.apps)} apps need ${need.replicas} replicas**, each with ${each}, and a store that gives ${gigabits(need.storeGives)} Gbit/s, takes ${gigabits(need.storeTakes)} and answers ${count(need.storeRequests)} requests a second. All replicas below are of this make; only their caches differ.`,
    table(headings, rows),
  ].join('\n\n');
}

/** What to write into the configuration. */
export function settings({ answers, given }: Study): string {
  const per = (of: (answer: Study['answers'][number]) => string): string[] => answers.map(of);
  const through = (of: (answer: Study['answers'][number], need: number) => string) =>
    per((one) => of(one, one.needs['through replicas'].replicas));
  const rows = [
    ['replicas', ...through((_, replicas) => String(replicas))],
    ['`processes`', ...per(() => String(given.replicaCores))],
    ['`cache.maxBytes`', ...per(({ needs }) => gibibytes(needs['through replicas'].cache))],
    [
      '`limits.connections`',
      ...per(({ needs }) => atLeast(connectionsOf(needs['through replicas'], given), 10_000)),
    ],
    [
      '`limits.downloads`',
      ...per(({ fleet, needs }) => atLeast(downloadsOf(fleet, needs['through replicas']), 1_000)),
    ],
    ['`limits.conversions`', ...per(() => `${given.replicaCores} (one a core, as without it)`)],
    ['`limits.conversionMemoryBytes`', ...per(() => gibibytes(given.converterBytes))],
    ['`maxInFlight.apps` of the `Stack`', ...per(({ fleet }) => count(inFlightOf(fleet, given)))],
  ];
  return table(['', ...answers.map(({ fleet }) => `${count(fleet.nodes)} nodes`)], rows);
}

/** Rounded up to a thousand; the default, where that is enough. */
function atLeast(value: number, usual: number): string {
  return value <= usual ? `${count(usual)}, the default` : count(Math.ceil(value / 1000) * 1000);
}

function gibibytes(size: number): string {
  const gib = size / 2 ** 30;
  return gib < 1 ? `${Math.round(gib * 1024)}MiB` : `${Math.ceil(gib)}GiB`;
}
