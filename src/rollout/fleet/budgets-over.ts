import { selects, type Budget } from './budget.ts';

/** The budgets that select what bears these labels in a namespace. */
export type BudgetsOver = (namespace: string, labels: Readonly<Record<string, string>>) => Budget[];

/** Each budget is kept by the one of its labels that fewest others want: so of thousands, each with a guid, few are compared. */
export function budgetsOver(budgets: readonly Budget[]): BudgetsOver {
  const wanted = new Map<string, number>();
  for (const budget of budgets) for (const key of keysOf(budget)) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  const kept = Map.groupBy(
    budgets,
    (budget) => rarest(keysOf(budget), wanted) ?? keyOf(budget.namespace, '', ''),
  );
  return (namespace, labels) => {
    const keys = Object.entries(labels).map(([name, value]) => keyOf(namespace, name, value));
    return [...keys, keyOf(namespace, '', '')]
      .flatMap((key) => kept.get(key) ?? [])
      .filter(({ selector }) => selects(selector, labels));
  };
}

function keysOf({ namespace, selector }: Budget): string[] {
  return Object.entries(selector.labels).map(([name, value]) => keyOf(namespace, name, value));
}

/** Undefined for a budget that wants no label by its value. */
function rarest(keys: readonly string[], wanted: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  for (const key of keys)
    if (best === undefined || (wanted.get(key) ?? 0) < (wanted.get(best) ?? 0)) best = key;
  return best;
}

/** No label's name is empty, and none holds a line end. */
function keyOf(namespace: string, name: string, value: string): string {
  return `${namespace}\n${name}\n${value}`;
}
