import type { Observed } from '../fleet/observed.ts';
import { watchServers } from '../foundation/watch-servers.ts';
import type { ScenarioReport } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import type { Stage } from './stage.ts';

type About = {
  name: string;
  /** one sentence: what happens */
  what: string;
};

/** After so long a start has failed: longer than a large fleet takes, so that none is given up that would still come. */
export const giveUpMs = 2 * 3_600_000;

/** Watches a stage while something happens to it, which must leave no start without its image. */
export async function measure(
  stage: Stage,
  about: About,
  act: () => Promise<Observed>,
): Promise<ScenarioReport> {
  const watch = await watchServers(stage.servers);
  const observed = await act();
  const { conversions, moved, storeRequests, usage, lost } = await watch.end();
  const asked = Object.entries(storeRequests).filter(([, times]) => times > 0);
  const notes = [
    `requests to the own store: ${asked.map(([operation, times]) => `${times} ${operation}`).join(', ') || 'none'}`,
    ...(lost === 0
      ? []
      : [`${lost} replica was lost: what it counted is not known, and its usage only up to its last second`]),
  ];
  const report = summarize(observed, { ...about, notes, conversions, server: usage, bytes: moved });
  return promise(
    { ...report, storeRequests },
    {
      'every start gets its image': observed.pulls.done === observed.pulls.wanted,
      'no answer has other bytes than its digest says': observed.corrupt === 0,
    },
  );
}

/** The report with more that a reader must know. */
export function note(report: ScenarioReport, ...notes: readonly string[]): ScenarioReport {
  return { ...report, notes: [...report.notes, ...notes] };
}

/** The report with those of a scenario's promises that were not kept. */
export function promise(report: ScenarioReport, promises: Readonly<Record<string, boolean>>): ScenarioReport {
  const broken = Object.keys(promises).filter((name) => promises[name] === false);
  if (broken.length === 0) return report;
  return { ...report, wrong: [...(report.wrong ?? []), ...broken.map((name) => `not kept: ${name}`)] };
}
