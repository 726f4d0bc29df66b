import type { RootfsRecord } from '../../rootfs/record.ts';
import { withoutCredentials } from '../../rootfs/registry/without-credentials.ts';
import type { StackEvent, StackRecord } from '../../rootfs/stack-record.ts';
import type { CollectionOperator, DropletOperator, Operator, RootfsOperator } from '../operator.ts';
import type { AuditLog } from './audit-log.ts';
import type { By, Deed } from './entry.ts';
import { noting, type Noted } from './noting.ts';

/** Of so many guids an entry tells: a wave places thousands. */
const guidsTold = 5;

/** The same operator, whose changes are written down in somebody's name. What changes nothing is no change. */
export function audited(operator: Operator, log: AuditLog, by: By): Operator {
  const noted = noting(log, by);
  return {
    ...operator,
    rootfs: auditedRootfs(operator.rootfs, noted, by.user),
    droplets: auditedDroplets(operator.droplets, noted),
    collection: auditedCollection(operator.collection, noted),
  };
}

function auditedRootfs(rootfs: RootfsOperator, noted: Noted, user: string): RootfsOperator {
  const changed =
    (action: StackEvent['action']) =>
    ({ history }: StackRecord, start: string): Partial<Deed> | undefined => {
      const event = history.findLast((item) => item.action === action && item.by === user);
      if (event === undefined || event.at < start) return undefined;
      return event.previous === undefined ? {} : { previous: event.previous };
    };
  return {
    stacks: () => rootfs.stacks(),
    stack: (stack) => rootfs.stack(stack),
    versions: (stack) => rootfs.versions(stack),
    version: (stack, version) => rootfs.version(stack, version),
    contents: (stack, version) => rootfs.contents(stack, version),
    import: (stack, version, path, options) =>
      noted({ action: 'import', stack, version }, () => rootfs.import(stack, version, path, options), isNew),
    pull: (stack, version, reference, options) =>
      noted(
        { action: 'pull', stack, version, reference: withoutCredentials(reference) },
        () => rootfs.pull(stack, version, reference, options),
        isNew,
      ),
    promote: (stack, version) =>
      noted({ action: 'promote', stack, version }, () => rootfs.promote(stack, version), changed('promote')),
    retire: (stack, version) =>
      noted({ action: 'retire', stack, version }, () => rootfs.retire(stack, version), changed('retire')),
    place: (stack, placements, ifGeneration) =>
      noted(
        { action: 'place', stack, ...summaryOf(placements) },
        () => rootfs.place(stack, placements, ifGeneration),
        (record, start) => changed('place')(record, start) ?? changed('unplace')(record, start),
      ),
    markInUse: (stack, holder, versions) =>
      noted(
        { action: 'use', stack, holder, versions: [...versions] },
        () => rootfs.markInUse(stack, holder, versions),
        changed('use'),
      ),
  };
}

/** A version that was there already keeps the time of its first import. */
function isNew({ importedAt = '' }: RootfsRecord, start: string): Partial<Deed> | undefined {
  return importedAt >= start ? {} : undefined;
}

function summaryOf(placements: Record<string, string | null>): Pick<Deed, 'count' | 'first'> {
  const entries = Object.entries(placements);
  return { count: entries.length, first: Object.fromEntries(entries.slice(0, guidsTold)) };
}

function auditedDroplets(droplets: DropletOperator, noted: Noted): DropletOperator {
  return {
    list: (guid) => droplets.list(guid),
    count: () => droplets.count(),
    get: (guid, hash) => droplets.get(guid, hash),
    put: (guid, hash, body, options) =>
      noted(
        {
          action: 'put',
          guid,
          hash,
          ...(options.stack === undefined ? {} : { stack: options.stack }),
        },
        () => droplets.put(guid, hash, body, options),
        ({ changed }) => ifChanged(changed),
      ),
    // One that is repeated as well: the first may have failed half-way.
    remove: (guid, hash) => noted({ action: 'delete', guid, hash }, () => droplets.remove(guid, hash)),
    assignStack: (guid, stack) =>
      noted({ action: 'assign', guid, stack }, () => droplets.assignStack(guid, stack), ifChanged),
    verify: (guid, hash) => droplets.verify(guid, hash),
    refusals: (query) => droplets.refusals(query),
    refusalRules: () => droplets.refusalRules(),
  };
}

function ifChanged(isChanged: boolean): Partial<Deed> | undefined {
  return isChanged ? {} : undefined;
}

/** That one ran is told also where it found nothing to remove. */
function auditedCollection(collection: CollectionOperator, noted: Noted): CollectionOperator {
  return {
    run: async (options) => {
      if (options.dryRun) return collection.run(options);
      return noted(
        { action: 'collect' },
        () => collection.run(options),
        ({ removed }) => ({
          count: removed.reduce((sum, tally) => sum + tally.count, 0),
          bytes: removed.reduce((sum, tally) => sum + tally.bytes, 0),
        }),
      );
    },
  };
}
