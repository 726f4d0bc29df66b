import type { Finding } from './judge.ts';

/** All findings, a line each; what is not the same stands out. */
export function gateTable(findings: readonly Finding[]): string {
  return [head, ...findings.map(line), ''].join('\n');
}

const head = `| Scenario | what | baseline | measured | least to most | change | |
|---|---|---|---|---|---|---|`;

const words = {
  same: '',
  worse: '**worse**',
  doubtful: 'perhaps worse',
  better: 'better: record a new baseline',
  new: '**not in the baseline: record one**',
} as const satisfies Record<Finding['verdict'], string>;

const names = {
  cpu: 'CPU, of the floor',
  copied: 'bytes copied',
  allocated: 'bytes allocated',
} as const satisfies Record<Finding['figure'], string>;

function line({ scenario, figure, is, was, change, verdict }: Finding): string {
  const number = (value: number): string => (figure === 'cpu' ? value.toFixed(3) : value.toFixed(0));
  const cells = [
    scenario,
    names[figure],
    was === undefined ? '' : number(was),
    number(is.median),
    `${number(is.low)} to ${number(is.high)}`,
    change === undefined ? '' : `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %`,
    words[verdict],
  ];
  return `| ${cells.join(' | ')} |`;
}
