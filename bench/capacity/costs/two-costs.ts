/** A total that is made of two things: `total = a × first + b × second`. */
export type Sample = { total: number; first: number; second: number };

/** `isKnown`: the second was not to be told from these samples, and was taken as it is known. */
export type TwoCosts = { first: number; second: number; isKnown: boolean };

/**
 * What each of the two costs: least squares of the relative error, neither below zero. Where all samples are mixed alike, the
 * second is `known` and the first what remains.
 */
export function twoCosts(samples: readonly Sample[], known: number): TwoCosts {
  const parts = samples
    .filter(({ total }) => total > 0)
    .map(({ total, first, second }) => ({ x: first / total, y: second / total }));
  const sum = (of: (part: { x: number; y: number }) => number): number =>
    parts.reduce((all, part) => all + of(part), 0);
  const [x, y, xx, xy, yy] = [
    sum((part) => part.x),
    sum((part) => part.y),
    sum((part) => part.x ** 2),
    sum((part) => part.x * part.y),
    sum((part) => part.y ** 2),
  ];
  if (parts.length === 0 || xx === 0) return { first: 0, second: known, isKnown: true };
  const determinant = xx * yy - xy ** 2;
  if (determinant < leastDifference * xx * yy || yy === 0) {
    return { first: Math.max(0, (x - known * xy) / xx), second: known, isKnown: true };
  }
  const [first, second] = [(x * yy - y * xy) / determinant, (y * xx - x * xy) / determinant];
  if (first < 0) return { first: 0, second: y / yy, isKnown: false };
  if (second < 0) return { first: x / xx, second: 0, isKnown: false };
  return { first, second, isKnown: false };
}

/** The square of a sine: of mixtures that differ less, noise decides what each costs. */
const leastDifference = 0.05;
