const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const significant = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

/** `41,300` */
export function count(value: number): string {
  return number.format(value);
}

/** `3 apps`, `1 app` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Bytes in decimal units, as registries tell them. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${significant.format(value / 1000 ** power)} ${units[power] ?? ''}`;
}

/** @param value undefined: nothing was measured */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 1000 ? `${significant.format(value)} ms` : `${significant.format(value / 1000)} s`;
}

/** A part of one as a percentage; all and none are told only where it is all or none. */
export function percent(part: number | undefined): string {
  if (part === undefined) return '–';
  const rounded = Math.round(part * 1000) / 10;
  if (rounded === 100 && part < 1) return '99.9%';
  return rounded === 0 && part > 0 ? '0.1%' : `${significant.format(rounded)}%`;
}

/** @param at RFC 3339 @param now milliseconds since the epoch */
export function ago(at: string, now: number): string {
  return `${lasting((now - Date.parse(at)) / 1000)} ago`;
}

/** Seconds for people, in the largest unit that fits. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} days`;
}

/** A time for people, of this machine's zone. @param at RFC 3339 */
export function time(at: string): string {
  return moment.format(new Date(at));
}

/** The beginning of a digest or hash, enough to tell it from others. */
export function short(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
