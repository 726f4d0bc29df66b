import { bytes } from '../../../src/cli/print.ts';
import { count, decimal } from '../../load/report/figures/units.ts';
import { figures, type Figure, type Prediction, type Tolerance } from '../predict.ts';
import type { Study } from '../study.ts';
import { table } from './markdown.ts';

/** What each run took, beside what the others foretell of it. */
export function check({ predictions }: Study): string {
  const rows = predictions.map((one) => [
    count(one.nodes),
    one.scenario,
    one.figure,
    shown(one.figure, one.predicted),
    shown(one.figure, one.measured),
    error(one),
    one.isOff ? '**off**' : '',
  ]);
  const clocks = predictions.filter(({ figure }) => figure === 'seconds of the clock').length;
  const bounded = clocks === 0 ? 'CPU was the bound of no scenario: other work had the cores too.' : '';
  return [
    `${verdict(predictions)} ${bounded}`.trim(),
    table(['Nodes', 'Scenario', 'Figure', 'Predicted', 'Measured', 'Error', ''], rows),
  ].join('\n\n');
}

/** One sentence. */
export function verdict(predictions: readonly Prediction[]): string {
  const off = predictions.filter(({ isOff }) => isOff);
  if (off.length === 0) return `All ${predictions.length} figures are within their tolerance.`;
  const names = off.map(({ nodes, scenario, figure }) => `${figure} of ${scenario} on ${count(nodes)} nodes`);
  return `**${off.length} of ${predictions.length} figures are off by more than their tolerance**: ${names.join('; ')}.`;
}

export function tolerances(): string {
  return table(
    ['Figure', 'May differ by'],
    Object.entries<Tolerance>(figures).map(([name, { part, slack, each }]) => [
      name,
      [
        part === 0 ? 'nothing' : `${part * 100} % of the larger, and ${shown(name as Figure, slack)}`,
        ...(each === undefined ? [] : [`and ${bytes(each)} for each droplet and layer`]),
      ].join(', '),
    ]),
  );
}

function shown(figure: Figure, value: number): string {
  if (figure.startsWith('bytes')) return bytes(Math.round(value));
  return figure.includes('econds') ? `${decimal(value)} s` : count(value);
}

function error({ predicted, measured }: Prediction): string {
  if (measured === 0) return '';
  const percent = (predicted / measured - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}
