import { inSequence } from './in-sequence.ts';
import type { ScenarioReport } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';

/** The report of a scenario that could not go on: nothing was measured. */
export function brokenOff(name: string, why: string): ScenarioReport {
  const nothing = { fromSource: 0, fromStore: 0, toStore: 0, fromCache: 0 };
  const server = { cpuSeconds: 0, peakMemory: 0, copied: 0, loopDelay: { p50: 0, p99: 0, max: 0 } };
  const about = { name, what: 'It broke off before it was over.', notes: [], conversions: 0 };
  return { ...summarize(inSequence([]), { ...about, server, bytes: nothing }), wrong: [`broke off: ${why}`] };
}
