import { isFailure } from '../../errors.ts';
import { day } from '../../store/lifetime.ts';
import { readRecord } from '../../store/records.ts';
import type { ReadableStore } from '../../store/store.ts';
import { inParallel } from '../in-parallel.ts';
import { auditEntry, type AuditEntry } from './entry.ts';
import { compareIds, dayFolders, entryKey, idAt, timeOf } from './keys.ts';

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
  /** what to ask for with `before`, where there are more */
  next?: string;
};

/** Without `since` somebody wants the latest; nothing but a list of each day tells whether there was anything. */
export const daysLookedBack = 400;
const listsAtOnce = 8;
const readsAtOnce = 16;

/** A page of what was written down, newest first. It looks `daysLookedBack` days back at the most. */
export async function readAudit(
  store: ReadableStore,
  { since = '0', before, limit }: AuditQuery,
  now: number,
): Promise<AuditPage> {
  // Somebody's clock may be ahead.
  const last = before === undefined ? now + day : Math.min(timeOf(before), now + day);
  const days = Math.min(daysLookedBack, Math.floor(last / day) - Math.floor(timeOf(since) / day) + 1);
  const isWanted = (id: string): boolean =>
    compareIds(id, since) >= 0 && (before === undefined || compareIds(id, before) < 0);
  const found: string[] = [];
  for await (const ids of inParallel(dayFolders(last, days), listsAtOnce, (folder) => idsIn(store, folder))) {
    found.push(...ids.filter(isWanted).toSorted((a, b) => compareIds(b, a)));
    if (found.length > limit) break;
  }
  const ids = found.slice(0, limit);
  const entries: AuditEntry[] = [];
  for await (const entry of inParallel(ids, readsAtOnce, (id) => readEntry(store, id))) {
    if (entry !== undefined) entries.push(entry);
  }
  const next = found.length > limit ? ids.at(-1) : undefined;
  return { entries, ...(next === undefined ? {} : { next }) };
}

/** Undefined where it was removed meanwhile, and where it is damaged or of a later release: the others are to be had all the same. */
export async function readEntry(store: ReadableStore, id: string): Promise<AuditEntry | undefined> {
  return readRecord(store, entryKey(id), auditEntry).catch((error: unknown) => {
    if (isFailure(error, 'corrupt')) return undefined;
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
