import { isFailure, reasonOf, type FailureCode } from '../../errors.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditEntry, By, Deed } from './entry.ts';

/**
 * Does the work, and tells how it ended. `more` says what is only known then, and undefined where nothing was changed.
 * @param start when the work began, RFC 3339
 */
export type Noted = <T>(
  deed: Deed,
  work: () => Promise<T>,
  more?: (result: T, start: string) => Partial<Deed> | undefined,
) => Promise<T>;

/** What does somebody's work, and writes it down. */
export function noting(log: AuditLog, by: By): Noted {
  return async (deed, work, more = () => ({})) => {
    const start = new Date(log.now()).toISOString();
    try {
      const result = await work();
      const told = more(result, start);
      if (told !== undefined) await log.write({ ...by, ...deed, ...told, outcome: 'done' });
      return result;
    } catch (error) {
      const outcome = outcomeOf(error);
      const written = log.write({ ...by, ...deed, outcome, reason: reasonOf(error) });
      // A store that has just failed shall not keep anybody waiting for its failure.
      if (outcome === 'refused') await written;
      throw error;
    }
  };
}

/** What may be done another time, and what nobody expected. */
const troubles: ReadonlySet<FailureCode> = new Set(['busy', 'corrupt', 'no-space', 'unavailable']);

function outcomeOf(error: unknown): AuditEntry['outcome'] {
  return isFailure(error) && !troubles.has(error.code) ? 'refused' : 'failed';
}
