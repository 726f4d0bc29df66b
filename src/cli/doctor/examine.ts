import { reasonOf } from '../../errors.ts';
import type { Check, Level, Verdict } from './check.ts';
import type { Site } from './site.ts';
import { Untried } from './untried.ts';

/** What a check found. `mend` is there for warnings and failures. */
export type Finding = { check: string; tries: string; level: Level; found: string; mend?: string };

/** Milliseconds that a check may take which says nothing else. */
const patience = 60_000;

/** Makes the checks in their order, all that can be made: after a failure those that do not need what failed. */
export async function* examine(
  checks: readonly Check[],
  site: Site,
  longest: number = patience,
): AsyncGenerator<Finding> {
  const missing = new Set<string>();
  for (const check of checks) {
    const lacking = check.needs.find((name) => missing.has(name));
    const verdict =
      lacking === undefined
        ? await attempt(check, site, check.longest ?? longest)
        : untried(`needs ${lacking}`);
    const { level, found, mend = check.mend } = verdict;
    if (level === 'failure' || level === 'untried') missing.add(check.name);
    const advice = level === 'warning' || level === 'failure' ? { mend } : {};
    yield { check: check.name, tries: check.tries, level, found, ...advice };
  }
}

async function attempt(check: Check, site: Site, longest: number): Promise<Verdict> {
  const { promise: late, resolve } = Promise.withResolvers<Verdict>();
  const seconds = Math.round(longest / 1000);
  const timer = setTimeout(() => {
    resolve({ level: 'failure', found: `nothing came of it within ${seconds} seconds` });
  }, longest);
  try {
    return await Promise.race([check.try(site), late]);
  } catch (error) {
    if (error instanceof Untried) return untried(error.message);
    return { level: 'failure', found: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function untried(found: string): Verdict {
  return { level: 'untried', found };
}
