import { count, decimal } from '../../load/report/figures/units.ts';
import { twoCosts } from './two-costs.ts';

/** How a cost was found, for a reader who reckons it again. */
export type Step = { what: string; formula: string; figures: readonly string[]; result: string };

type Show = (value: number) => string;

/** Finds costs, and writes down how. None is below zero. */
export class Ledger {
  readonly steps: Step[] = [];

  /** One cost: all that was paid by how often it happened. */
  each(
    what: string,
    formula: string,
    paid: readonly (readonly [all: number, times: number])[],
    show: Show,
  ): number {
    const [all, times] = [sum(paid.map(([one]) => one)), sum(paid.map(([, one]) => one))];
    const value = times === 0 ? 0 : Math.max(0, all / times);
    this.steps.push({ what, formula, figures: [`${decimal(all)} / ${count(times)}`], result: show(value) });
    return value;
  }

  /** Two costs that came together, of things that runs did not mix alike; else `known` is the second. */
  both(
    what: string,
    formula: string,
    paid: readonly (readonly [all: number, first: number, second: number])[],
    { known, show }: { known: number; show: readonly [Show, Show] },
  ): [number, number] {
    const samples = paid.map(([all, a, b]) => ({ total: all, first: a, second: b }));
    const { first, second, isKnown } = twoCosts(samples, known);
    const why = isKnown ? ' (assumed: the runs are too alike to tell)' : '';
    this.steps.push({
      what,
      formula,
      figures: paid.map(([all, a, b]) => `${decimal(all)} = ${count(a)} a + ${decimal(b)} b`),
      result: `a = ${show[0](first)}, b = ${show[1](second)}${why}`,
    });
    return [first, second];
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
