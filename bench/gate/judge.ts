import type { Baseline } from './baseline.ts';
import { figures, type Figure, type Series } from './scenario.ts';
import { summaryOf, type Summary } from './summary.ts';

/** What may change before it counts: a part of the baseline. */
export const tolerance = 0.1;

/**
 * - `worse`: by more than the tolerance, and beyond the noise of the rounds and of the baseline's
 * - `doubtful`: by more than the tolerance, but rounds differ too much to be sure
 * - `better`: by more than the tolerance, beyond the noise
 * - `new`: the baseline does not know it
 */
export type Verdict = 'same' | 'worse' | 'doubtful' | 'better' | 'new';

export type Finding = {
  scenario: string;
  figure: Figure;
  is: Summary;
  /** the baseline's median */
  was?: number;
  /** of the median, as a part of the baseline: 0.2 is a fifth more */
  change?: number;
  verdict: Verdict;
};

/** Compares what was measured with the baseline, figure by figure. */
export function judge(
  { scenarios }: Pick<Baseline, 'scenarios'>,
  measured: ReadonlyMap<string, Series>,
): Finding[] {
  return [...measured].flatMap(([scenario, series]) =>
    figures.flatMap((figure): Finding[] => {
      const values = series[figure];
      if (values === undefined) return [];
      const is = summaryOf(values);
      const usual = scenarios[scenario]?.[figure];
      if (usual === undefined) return [{ scenario, figure, is, verdict: 'new' }];
      const was = usual.median;
      return [{ scenario, figure, is, was, change: is.median / was - 1, verdict: verdictOf(is, usual) }];
    }),
  );
}

function verdictOf(is: Summary, was: Summary): Verdict {
  const [most, least] = [was.median * (1 + tolerance), was.median * (1 - tolerance)];
  if (is.low > Math.max(most, was.high)) return 'worse';
  if (is.median > most) return 'doubtful';
  return is.high < Math.min(least, was.low) ? 'better' : 'same';
}

/** Whether a change must not go in: something is worse, or nobody recorded what is usual. */
export function hasFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ verdict }) => verdict === 'worse' || verdict === 'new');
}
