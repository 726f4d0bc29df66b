import type { Site } from './site.ts';

/** What became of a check; `untried` where it could not be made. */
export type Level = 'ok' | 'warning' | 'failure' | 'untried';

/** `found`: what was seen, in a sentence without a full stop. `mend`: what to do; the check's own advice without it. */
export type Verdict = { level: Level; found: string; mend?: string };

/** One thing that is tried. What it throws is a failure; an `Untried` says why there is nothing to try. */
export type Check = {
  name: string;
  /** what is done, as an order */
  tries: string;
  /** names of earlier checks without which this one says nothing new */
  needs: readonly string[];
  /** what to do where it fails */
  mend: string;
  /** milliseconds that it may take; a minute without it */
  longest?: number;
  try: (site: Site) => Promise<Verdict>;
};

export function ok(found: string): Verdict {
  return { level: 'ok', found };
}

export function warning(found: string, mend: string): Verdict {
  return { level: 'warning', found, mend };
}

export function failure(found: string, mend?: string): Verdict {
  return { level: 'failure', found, ...(mend === undefined ? {} : { mend }) };
}
