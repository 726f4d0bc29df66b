import { bytes } from '../../../../src/cli/print.ts';
import { faults } from '../figures/faults.ts';
import { latencyRows } from '../figures/latency-rows.ts';
import { scenarioFigures } from '../figures/scenario-figures.ts';
import { count, decimal, duration, each } from '../figures/units.ts';
import type { ScenarioReport } from '../report.ts';
import { columns, wrapped } from './lines.ts';

/** Faults that are told; the JSON has them all. */
const mostFaults = 12;

/** A scenario in lines that fit a terminal. */
export function scenarioText(scenario: ScenarioReport): string[] {
  const { name, what, seconds, pulls, bytes: moved, notes, wrong = [] } = scenario;
  const rates = `${decimal(each(pulls.done, seconds))} pulls/s, ${bytes(each(moved.toClients, seconds))}/s`;
  const { server, clients } = scenarioFigures(scenario);
  return [
    ...wrapped(`${name}: ${what}`),
    ...wrong.flatMap((one) => wrapped(`WRONG: ${one}`, 2)),
    ...wrapped(
      `${count(pulls.done)} of ${count(pulls.wanted)} pulls in ${decimal(seconds)} s (${rates}), ${count(pulls.failed)} failed`,
      2,
    ),
    ...latencies(scenario),
    ...wrapped(
      `bytes: ${bytes(moved.fromSource)} from the source, ${bytes(moved.fromStore)} from the store, ${bytes(moved.fromCache)} from the cache; ${bytes(moved.toStore)} to the store, ${bytes(moved.toClients)} to clients`,
      2,
    ),
    ...figureLines('server', server),
    ...figureLines('clients', clients),
    ...faultLines(scenario),
    ...notes.flatMap((note) => wrapped(`note: ${note}`, 2)),
  ];
}

function latencies(scenario: ScenarioReport): string[] {
  const rows = latencyRows(scenario).map(({ of, until, latency, counts }) => {
    const { p50, p90, p99, p999, max } = latency;
    const times = latency.count === 0 ? [] : [p50, p90, p99, p999, max].map(duration);
    if (counts === undefined) return ['', until, '', '', '', ...times];
    return [of, until, count(counts.count), count(counts.errors), bytes(counts.bytes), ...times];
  });
  const head = ['', 'time to', 'count', 'failed', 'bytes', 'p50', 'p90', 'p99', 'p99.9', 'max'];
  return columns([head, ...rows], 2);
}

function figureLines(whose: string, figures: readonly (readonly [string, string])[]): string[] {
  return wrapped(`${whose}: ${figures.map(([name, figure]) => `${name} ${figure}`).join('; ')}`, 2);
}

function faultLines(scenario: ScenarioReport): string[] {
  const all = faults(scenario);
  const told = all.slice(0, mostFaults).map(({ where, what, times }) => `${count(times)} × ${where} ${what}`);
  const rest = all.length - told.length;
  if (rest > 0) told.push(`${count(rest)} more in the JSON`);
  return told.length === 0 ? [] : wrapped(`failures: ${told.join('; ')}`, 2);
}
