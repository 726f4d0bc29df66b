import { bytes } from '../../../../src/cli/print.ts';
import { describeWorkload } from '../../workload/describe-workload.ts';
import type { Report } from '../report.ts';
import { count, decimal } from './units.ts';

/** On what a report's figures were seen: machine, workload and setup, a line each. */
export function setting({ machine, workload, setup }: Report): string[] {
  const { cores, cpu, memory, kernel, node, load } = machine;
  return [
    `${count(cores)} cores of ${cpu}, ${bytes(memory)} of memory, kernel ${kernel}, Node ${node}, load ${decimal(load)} before`,
    ...(workload === undefined ? [] : describeWorkload(workload)),
    ...setup,
  ];
}
