import type { State } from '../../api/events.ts';
import { figuresOf } from './figures.ts';

const lines = {
  'warm p50': ({ warm }) => warm.p50,
  'warm p99': ({ warm }) => warm.p99,
  'cold p50': ({ cold }) => cold.p50,
  'cold p99': ({ cold }) => cold.p99,
  requests: ({ requests }) => requests,
  failed: ({ failed }) => failed,
  'cache hits': ({ hitShare }) => (hitShare === undefined ? undefined : hitShare * 100),
  running: ({ running }) => running,
  waiting: ({ waiting }) => waiting,
} satisfies Record<string, (figures: ReturnType<typeof figuresOf>) => number | undefined>;

export type Line = keyof typeof lines;

/** Figures of some minutes, in columns. Null: nothing was measured, or nothing was heard. */
export type History = {
  /** seconds since the epoch, rising */
  times: readonly number[];
  lines: Readonly<Record<Line, readonly (number | null)[]>>;
};

/** points, which come once a second */
export const historyLength = 600;
/** Without a point for longer, a line is broken. */
const gapSeconds = 10;

export const noHistory: History = { times: [], lines: each(() => []) };

/** The history with another second; what is too old goes. What is not later than the last is left out. */
export function extend({ times, lines: before }: History, state: State): History {
  const at = Date.parse(state.at) / 1000;
  const last = times.at(-1);
  if (last !== undefined && at <= last) return { times, lines: before };
  const isGap = last !== undefined && at - last > gapSeconds;
  const figures = figuresOf(state);
  const grown = <T>(column: readonly T[], gap: T, value: T): T[] =>
    [...column, ...(isGap ? [gap] : []), value].slice(-historyLength);
  return {
    times: grown(times, at - gapSeconds / 2, at),
    lines: each((name) => grown(before[name], null, lines[name](figures) ?? null)),
  };
}

function each<T>(of: (name: Line) => T): Record<Line, T> {
  return {
    'warm p50': of('warm p50'),
    'warm p99': of('warm p99'),
    'cold p50': of('cold p50'),
    'cold p99': of('cold p99'),
    requests: of('requests'),
    failed: of('failed'),
    'cache hits': of('cache hits'),
    running: of('running'),
    waiting: of('waiting'),
  };
}
