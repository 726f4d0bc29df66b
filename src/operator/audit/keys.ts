import { hour } from '../../store/lifetime.ts';

/**
 * Where entries lie: in a folder for each day, so that what is too old is easily removed, and in one for each hour of it, so that
 * what comes is seen by listing little.
 */
export const auditFolder = 'v1/audit/';

/** What an id, or the beginning of one, looks like: milliseconds since the epoch, and hex digits. */
export const auditId = /^\d{1,15}(?:-[0-9a-f]{8})?$/;

/** @param id one whose time the folder tells */
export function entryKey(id: string): string {
  return `${hourFolder(timeOf(id))}${id}.json`;
}

export function dayFolder(time: number): string {
  return `${auditFolder}${isoOf(time, 10)}/`;
}

export function hourFolder(time: number): string {
  return `${dayFolder(time)}${isoOf(time, 13).slice(11)}/`;
}

/** The folders of all hours between two times. */
export function hourFolders(from: number, to: number): string[] {
  const first = Math.floor(from / hour) * hour;
  return Array.from({ length: Math.floor((to - first) / hour) + 1 }, (_, nth) =>
    hourFolder(first + nth * hour),
  );
}

/** When the day begins whose folder has this name; undefined where it is none of ours. */
export function dayNamed(name: string): number | undefined {
  const start = /^\d{4}-\d\d-\d\d$/.test(name) ? Date.parse(`${name}T00:00Z`) : NaN;
  // The 31st of February is taken for a day of March, which has a folder of its own.
  return !Number.isNaN(start) && isoOf(start, 10) === name ? start : undefined;
}

/** When the hour begins whose folder in that of a day has this name. @param start of the day */
export function hourNamed(start: number, name: string): number | undefined {
  return /^(?:[01]\d|2[0-3])$/.test(name) ? start + Number(name) * hour : undefined;
}

/** The id of the entry at `key`; undefined where something else lies there. */
export function idAt(key: string): string | undefined {
  return /\/(\d{1,15}-[0-9a-f]{8})\.json$/.exec(key)?.[1];
}

/** milliseconds since the epoch */
export function timeOf(id: string): number {
  return Number(id.split('-', 1)[0]);
}

/** Of two ids, or beginnings of ids, that of the later entry is greater. */
export function compareIds(a: string, b: string): number {
  return timeOf(a) - timeOf(b) || (a < b ? -1 : Number(a > b));
}

function isoOf(time: number, length: number): string {
  return new Date(time).toISOString().slice(0, length);
}
