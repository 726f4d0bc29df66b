import { bytes } from '../../../../src/cli/print.ts';
import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { count, duration, each } from '../figures/units.ts';
import type { Report, ScenarioReport } from '../report.ts';

/** What somebody wants to know who has ten seconds. */
export function keyFigures({ scenarios, contest }: Report): Markup {
  const aims = contest.flatMap(({ aimed }) => aimed ?? []);
  const figures = [
    ...(scenarios.length === 0 ? [] : ofScenarios(scenarios)),
    ...(aims.length === 0 ? [] : [['aims met', `${aims.filter(({ met }) => met).length} of ${aims.length}`]]),
  ];
  if (figures.length === 0) return markup``;
  return markup`<dl class="key">${figures.map(([name, figure]) => markup`<div><dt>${name}</dt><dd>${figure}</dd></div>\n`)}</dl>`;
}

function ofScenarios(scenarios: readonly ScenarioReport[]): string[][] {
  const sum = (of: (one: ScenarioReport) => number): number =>
    scenarios.reduce((all, one) => all + of(one), 0);
  const most = (of: (one: ScenarioReport) => number): number => Math.max(...scenarios.map(of));
  const done = sum(({ pulls }) => pulls.done);
  return [
    ['pulls', count(done)],
    ['pulls failed', count(sum(({ pulls }) => pulls.failed))],
    ['corrupt answers', count(sum(({ corrupt }) => corrupt))],
    ['most to clients', `${bytes(most((one) => each(one.bytes.toClients, one.seconds)))}/s`],
    ['server CPU a pull', duration(each(sum(({ server }) => server.cpuSeconds) * 1000, done))],
    ['peak memory', bytes(most(({ server }) => server.peakMemory))],
    ['longest loop delay', duration(most(({ server }) => server.loopDelay.max))],
  ];
}
