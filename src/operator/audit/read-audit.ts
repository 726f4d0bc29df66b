import { isFailure } from '../../errors.ts';
import { day, hour } from '../../store/lifetime.ts';
import { readRecord } from '../../store/records.ts';
import type { ReadableStore } from '../../store/store.ts';
import { inParallel } from '../in-parallel.ts';
import { auditEntry, type AuditEntry } from './entry.ts';
import {
  auditFolder,
  compareIds,
  dayFolder,
  dayNamed,
  entryKey,
  hourFolder,
  hourNamed,
  idAt,
  timeOf,
} from './keys.ts';

/** Both are ids of entries, or milliseconds since the epoch. */
export type AuditQuery = {
  /** from here on */
  since?: string | undefined;
  /** up to here, and without it */
  before?: string | undefined;
  /** entries at the most */
  limit: number;
};

export type AuditPage = {
  /** newest first */
  entries: AuditEntry[];
  /** ids of entries that are damaged, or of a later release, where there are any */
  unreadable?: string[];
  /** what to ask for with `before`, where there are more */
  next?: string;
};

const listsAtOnce = 4;
const readsAtOnce = 16;

/**
 * A page of what was written down, newest first. It lists the days that there are, the hours of as many of them as it needs, and the
 * entries of as many of these: what that costs depends on the page, and not on how much there is or since when nothing happened.
 */
export async function readAudit(
  store: ReadableStore,
  { since = '0', before, limit }: AuditQuery,
): Promise<AuditPage> {
  const isWanted = (id: string): boolean =>
    compareIds(id, since) >= 0 && (before === undefined || compareIds(id, before) < 0);
  const found: string[] = [];
  const [from, to] = [timeOf(since), before === undefined ? Infinity : timeOf(before)];
  const hours = hourFoldersBack(store, from, to);
  for await (const ids of inParallel(hours, listsAtOnce, (folder) => idsIn(store, folder))) {
    found.push(...ids.filter(isWanted).toSorted((a, b) => compareIds(b, a)));
    if (found.length > limit) break;
  }
  const ids = found.slice(0, limit);
  const read = await Array.fromAsync(inParallel(ids, readsAtOnce, (id) => readEntry(store, id)));
  const unreadable = ids.filter((_, nth) => read[nth] === 'unreadable');
  const next = found.length > limit ? ids.at(-1) : undefined;
  return {
    entries: read.filter((entry) => typeof entry === 'object'),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    ...(next === undefined ? {} : { next }),
  };
}

/**
 * Undefined where it was removed meanwhile; `unreadable` where it is damaged or of a later release: the others are to be had all the
 * same.
 */
export async function readEntry(
  store: ReadableStore,
  id: string,
): Promise<AuditEntry | 'unreadable' | undefined> {
  return readRecord(store, entryKey(id), auditEntry).catch((error: unknown) => {
    if (isFailure(error, 'corrupt')) return 'unreadable';
    throw error;
  });
}

/** The ids of the entries in a folder, in no particular order. */
export async function idsIn(store: ReadableStore, folder: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { key } of store.list(folder)) {
    const id = idAt(key);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** The folders of the hours that there are between two times, the latest first. */
async function* hourFoldersBack(store: ReadableStore, from: number, to: number): AsyncGenerator<string> {
  const within = async (
    folder: string,
    length: number,
    startOf: (name: string) => number | undefined,
  ): Promise<number[]> => {
    const starts = (await Array.fromAsync(store.folders(folder))).flatMap((name) => startOf(name) ?? []);
    return starts.filter((start) => start + length > from && start <= to).toSorted((a, b) => b - a);
  };
  const days = await within(auditFolder, day, dayNamed);
  const hoursOf = (start: number): Promise<number[]> =>
    within(dayFolder(start), hour, (name) => hourNamed(start, name));
  for await (const hours of inParallel(days, listsAtOnce, hoursOf)) yield* hours.map(hourFolder);
}
