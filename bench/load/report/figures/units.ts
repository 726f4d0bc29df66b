/** `12,345`: grouped, and to the next whole one. */
export function count(value: number): string {
  return whole.format(value);
}

/** `0.42`, `4.25`, `42.5`, `4,250`: three digits that count, and all before the point. */
export function decimal(value: number): string {
  const size = Math.abs(value);
  return (size < 10 ? twoPlaces : size < 100 ? onePlace : whole).format(value);
}

/** How many times the floor: `0.85`, and `0.00042` where two places would tell nothing. */
export function ratio(value: number): string {
  return (Math.abs(value) < 0.01 ? twoDigits : twoPlaces).format(value);
}

/** Milliseconds, in the unit that reads best: `420 µs`, `4.20 ms`, `42.0 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  if (milliseconds < 1) return `${decimal(milliseconds * 1000)} µs`;
  return milliseconds < 1000 ? `${decimal(milliseconds)} ms` : `${decimal(milliseconds / 1000)} s`;
}

/** A part of `all`, where there is any. */
export function each(value: number, all: number): number {
  return all === 0 ? 0 : value / all;
}

const places = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = places(0);
const onePlace = places(1);
const twoPlaces = places(2);
const twoDigits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 });
