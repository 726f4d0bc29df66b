import { bytes } from '../../../../src/cli/print.ts';
import type { ScenarioReport } from '../report.ts';
import { count, decimal, duration, each } from './units.ts';

type Figures = (readonly [name: string, figure: string])[];

/** All of a scenario that is one figure, under its name: what the server took, and what the clients saw. */
export function scenarioFigures(scenario: ScenarioReport): { server: Figures; clients: Figures } {
  const { server, clients, pulls } = scenario;
  const { p50, p99, max } = server.loopDelay;
  const cpuOfPull = duration(each(server.cpuSeconds * 1000, pulls.done));
  return {
    server: [
      ['conversions', count(scenario.conversions)],
      ['CPU', `${decimal(server.cpuSeconds)} s (${cpuOfPull} a pull)`],
      ['peak memory', bytes(server.peakMemory)],
      ['read and written', bytes(server.copied)],
      ['loop delay', `p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`],
    ],
    clients: [
      ['CPU', `${decimal(clients.cpuSeconds)} s`],
      ['connections', count(scenario.connections)],
      ['challenges', count(scenario.challenges)],
      ['retries', count(scenario.retries)],
      ['back-offs', count(scenario.backoffs)],
      ['resumed layers', count(scenario.resumed)],
      ['corrupt answers', count(scenario.corrupt)],
    ],
  };
}
