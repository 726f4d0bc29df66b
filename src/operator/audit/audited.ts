import { isFailure, reasonOf, type FailureCode } from '../../errors.ts';
import type { RootfsRecord } from '../../rootfs/record.ts';
import { withoutCredentials } from '../../rootfs/registry/without-credentials.ts';
import type { StackEvent, StackRecord } from '../../rootfs/stack-record.ts';
import type { CollectionOperator, DropletOperator, Operator, RootfsOperator } from '../operator.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditEntry, By, Deed } from './entry.ts';

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

/**
 * Does the work, and tells how it ended. `more` says what is only known then, and undefined where nothing was changed.
 * @param start when the work began, RFC 3339
 */
type Noted = <T>(
  deed: Deed,
  work: () => Promise<T>,
  more?: (result: T, start: string) => Partial<Deed> | undefined,
) => Promise<T>;

function noting(log: AuditLog, by: By): Noted {
  return async (deed, work, more = () => ({})) => {
    const start = new Date(log.now()).toISOString();
    try {
      const result = await work();
      const told = more(result, start);
      if (told !== undefined) await log.write({ ...by, ...deed, ...told, outcome: 'done' });
      return result;
    } catch (error) {
      await log.write({ ...by, ...deed, outcome: outcomeOf(error), reason: reasonOf(error) });
      throw error;
    }
  };
}

/** What may be done another time, and what nobody expected. */
const troubles: ReadonlySet<FailureCode> = new Set(['busy', 'corrupt', 'no-space', 'unavailable']);

function outcomeOf(error: unknown): AuditEntry['outcome'] {
  return isFailure(error) && !troubles.has(error.code) ? 'refused' : 'failed';
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
      ),
    remove: (guid, hash) => noted({ action: 'delete', guid, hash }, () => droplets.remove(guid, hash)),
    assignStack: (guid, stack) =>
      noted({ action: 'assign', guid, stack }, () => droplets.assignStack(guid, stack)),
    verify: (guid, hash) => droplets.verify(guid, hash),
    refusals: () => droplets.refusals(),
  };
}

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
