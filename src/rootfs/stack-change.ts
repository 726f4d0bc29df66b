import { Failure } from '../errors.ts';
import { day } from '../store/lifetime.ts';
import type { StackEvent, StackRecord } from './stack-record.ts';

/** What becomes of a stack's record, and how its history tells it. Undefined in its place: nothing is to change. */
export type StackChange = {
  values: Partial<StackRecord>;
  events: Omit<StackEvent, 'at' | 'by'>[];
  /** No tag means anything else: who decided on the record as it was decided right. */
  keepsGeneration?: true;
};

/** A mark that its holder did not renew for so long holds nothing any more. */
const marksLast = 7 * day;
/** Nor is it written again so soon. */
const marksRest = day;

/** @throws Failure `conflict` where `version` is retired */
export function promotion(record: StackRecord, version: string): StackChange | undefined {
  requireServed(record, version);
  const { promoted: previous } = record;
  if (previous === version) return undefined;
  const event = { action: 'promote', version } as const;
  return { values: { promoted: version }, events: [previous === undefined ? event : { ...event, previous }] };
}

/**
 * @param wanted `null` takes a placement away
 * @throws Failure `conflict` where a version is retired
 */
export function placement(
  record: StackRecord,
  wanted: Readonly<Record<string, string | null>>,
): StackChange | undefined {
  const placements = new Map(Object.entries(record.placements));
  const guids = new Map<string | null, number>();
  for (const [guid, version] of Object.entries(wanted)) {
    if (version !== null) requireServed(record, version);
    if (version === (placements.get(guid) ?? null)) continue;
    if (version === null) placements.delete(guid);
    else placements.set(guid, version);
    guids.set(version, (guids.get(version) ?? 0) + 1);
  }
  if (guids.size === 0) return undefined;
  return { values: { placements: Object.fromEntries(placements) }, events: [...guids].map(placementEvent) };
}

/** @throws Failure `conflict` where `version` is promoted, placed or in use */
export function retirement(record: StackRecord, version: string, at: string): StackChange | undefined {
  if (isRetired(record, version)) return undefined;
  requireUnused(record, version, Date.parse(at));
  return {
    values: { retired: { ...record.retired, [version]: { at } } },
    events: [{ action: 'retire', version }],
  };
}

/**
 * A holder says which versions run; without any, its mark goes. It may name what is retired: that it runs is so.
 * A renewal is no event.
 */
export function inUseMark(
  { inUse }: StackRecord,
  holder: string,
  versions: readonly string[],
  at: string,
): StackChange | undefined {
  const wanted = [...new Set(versions)].toSorted();
  const present = Object.hasOwn(inUse, holder) ? inUse[holder] : undefined;
  const isSame = JSON.stringify(present?.versions ?? []) === JSON.stringify(wanted);
  if (isSame && (present === undefined || Date.parse(at) - Date.parse(present.at) < marksRest))
    return undefined;
  const { [holder]: _, ...others } = inUse;
  return {
    values: { inUse: wanted.length === 0 ? others : { ...others, [holder]: { versions: wanted, at } } },
    events: isSame ? [] : [{ action: 'use', holder, versions: wanted }],
    keepsGeneration: true,
  };
}

/** Who says that a version runs, and said so lately. A time that cannot be read is taken for late. */
export function holdersOf({ inUse }: StackRecord, version: string, now: number): string[] {
  return namesWhere(
    inUse,
    (use) => use.versions.includes(version) && !(now - Date.parse(use.at) >= marksLast),
  );
}

export function isRetired({ retired }: StackRecord, version: string): boolean {
  return Object.hasOwn(retired, version);
}

function placementEvent([version, guids]: [string | null, number]): StackChange['events'][number] {
  return version === null ? { action: 'unplace', guids } : { action: 'place', version, guids };
}

function requireServed(record: StackRecord, version: string): void {
  if (!isRetired(record, version)) return;
  throw new Failure(
    'conflict',
    `Version ${version} of stack ${record.stack} is retired: choose another, or import it under a new version`,
  );
}

function requireUnused(record: StackRecord, version: string, now: number): void {
  const { stack, promoted, placements } = record;
  const inTheWay = (why: string): Failure =>
    new Failure('conflict', `Cannot retire version ${version} of stack ${stack}: ${why}`);
  if (promoted === version) throw inTheWay('it is promoted; promote another version first');
  const guids = namesWhere(placements, (placed) => placed === version);
  if (guids.length > 0) {
    throw inTheWay(`${guids.length} placed on it (${firstOf(guids)}); place them elsewhere first`);
  }
  const holders = holdersOf(record, version, now);
  if (holders.length > 0) {
    throw inTheWay(`it runs, says ${firstOf(holders)}; wait until nothing runs over it`);
  }
}

function namesWhere<T>(values: Record<string, T>, fits: (value: T) => boolean): string[] {
  return Object.entries(values).flatMap(([name, value]) => (fits(value) ? [name] : []));
}

function firstOf(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}
