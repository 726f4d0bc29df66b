import { median } from '../median.ts';

/** A look at something: seconds after the begin, and how much of it there was. */
export type Point = { seconds: number; value: number };

/** What is allowed: at most so much at any time, and so much more at the end than after the first third. */
export type Bound = { most: number; growth: number };

export type Judged = {
  /** the highest value */
  most: number;
  /** what the values of the last two thirds have grown by, on the line through them */
  growth: number;
  problems: string[];
};

/**
 * Whether something stays within its bounds. The first third is not asked for growth: code is compiled then, and caches fill. The
 * line is that of which as many pairs of points say that it is too steep as too flat (Theil and Sen): single peaks do not turn
 * it, and neither do the teeth of a saw that many times.
 */
export function judgeSeries(name: string, points: readonly Point[], bound: Bound): Judged {
  const late = thinned(points.slice(Math.ceil(points.length / 3)));
  const [first, last] = [late.at(0), late.at(-1)];
  if (first === undefined || last === undefined || late.length < 3)
    return { most: 0, growth: 0, problems: [`${name}: ${points.length} looks are too few to judge`] };
  const most = points.reduce((highest, { value }) => Math.max(highest, value), -Infinity);
  const growth = slopeOf(late) * (last.seconds - first.seconds);
  const problems = [
    ...(most > bound.most ? [`${name}: ${most} at the most, and ${bound.most} are allowed`] : []),
    ...(growth > bound.growth
      ? [`${name}: has grown by ${growth.toFixed(1)}, and ${bound.growth} are allowed`]
      : []),
  ];
  return { most, growth, problems };
}

/** Pairs are many. */
const enough = 200;

/** The medians of neighbours, so that no more than enough are left. */
function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / enough);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) => {
    const some = points.slice(at * size, (at + 1) * size);
    return {
      seconds: median(some.map(({ seconds }) => seconds)),
      value: median(some.map(({ value }) => value)),
    };
  });
}

/** By second. */
function slopeOf(points: readonly Point[]): number {
  const slopes = points.flatMap((one, at) =>
    points.slice(at + 1).map((other) => (other.value - one.value) / (other.seconds - one.seconds)),
  );
  return median(slopes);
}
