import type { Path, Where } from './where.ts';

/** What there is to say of an option: an error ends a start, or makes a facade that nobody can use. */
export type Finding = { level: 'error' | 'warning' | 'info'; option: Path; message: string };

/** The same with the place that set the option; without one, its default holds. */
export type Problem = Finding & { where: Where | undefined };

/** The order in which a reader meets them: lines of a file come last. */
export function byPlace(one: Problem, other: Problem): number {
  const [[line, column], [otherLine, otherColumn]] = [positionOf(one), positionOf(other)];
  return line - otherLine || column - otherColumn;
}

function positionOf({ where }: Problem): [number, number] {
  return where !== undefined && 'line' in where ? [where.line, where.column] : [0, 0];
}
