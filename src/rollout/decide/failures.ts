import type { RolloutSpec } from '../stack/spec.ts';
import { mostFailures, type AppFailure, type Counts, type Roll } from '../stack/status.ts';
import type { Standing } from './survey.ts';

/** Among so many apps of a wave, so many failures stop it at once, whatever its budget. */
const early = { apps: 10, failures: 3 };

/**
 * The failures of a roll with those that have just been seen, up to the first that stops it: what then fails with it, as in an
 * outage, is charged no more until somebody has looked. An undo charges all, since nothing follows from it.
 */
export function failuresOf(
  roll: Roll,
  standings: readonly Standing[],
  waves: readonly Counts[],
  spec: RolloutSpec,
  now: number,
): AppFailure[] {
  const known = new Set(roll.failures.map(({ guid }) => guid));
  const at = new Date(now).toISOString();
  const failures = [...roll.failures];
  for (const { wave, entry, verdict } of standings) {
    if (verdict.state !== 'failed' || known.has(entry.guid)) continue;
    if (failures.length >= mostFailures) break;
    if (roll.kind === 'roll' && haltOf({ ...roll, failures }, waves, spec) !== undefined) break;
    failures.push({ guid: entry.guid, reason: verdict.reason, at, wave });
  }
  return failures;
}

/** Why failures stop a roll; undefined while they do not. Those that somebody has seen and resumed after do not count. */
export function haltOf(
  { failures, acknowledged }: Pick<Roll, 'failures' | 'acknowledged'>,
  waves: readonly Counts[],
  { failureBudget }: RolloutSpec,
): string | undefined {
  if (failures.length >= mostFailures) return `${failures.length} apps failed: no roll goes on with so many`;
  const counted = Map.groupBy(failures.slice(acknowledged), ({ wave }) => wave);
  for (const [index, { length: failed }] of counted) {
    const { apps = 0, done = 0 } = waves[index] ?? {};
    if (failed >= early.failures && done + failed <= early.apps)
      return `${failed} of the first ${done + failed} apps of a wave failed`;
    const budget = Math.max(failureBudget.count, Math.floor((failureBudget.percent * apps) / 100));
    if (failed > budget) return `${failed} of the ${apps} apps of a wave failed, and ${budget} may`;
  }
  return undefined;
}
