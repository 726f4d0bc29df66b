import { figures, type Series, type Stage } from './scenario.ts';

/**
 * Measures each scenario that has a series so many times more. A round opens all stages one after the other. What shares a facade
 * with one of them is measured too, and not kept: what a request costs depends on what was asked before.
 */
export async function moreRounds(
  stages: readonly Stage[],
  all: ReadonlyMap<string, Series>,
  rounds: number,
  tell: () => void = () => undefined,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { names, open } of stages) {
      if (!names.some((name) => all.has(name))) continue;
      await using stack = new AsyncDisposableStack();
      for (const { name, measure } of await open(stack)) {
        const found = await measure();
        const series = all.get(name);
        if (series !== undefined) add(series, found);
        tell();
      }
    }
  }
}

function add(series: Series, more: Series): void {
  for (const figure of figures) {
    const values = more[figure];
    if (values !== undefined) (series[figure] ??= []).push(...values);
  }
}
