import type { By } from '../../operator/audit/entry.ts';
import type { RollOrder } from './roll-order.ts';
import type { StatusReport } from './status-report.ts';

/** A `Stack` of another release than ours, and what of it is unknown here. */
export type Unreadable = { stack: string; why: string };

/**
 * How the rolls of a cluster stand. `away`: why nothing is heard of it for the time being; they are then as they were. `unreadable`:
 * the stacks that are missing among them, if any.
 */
export type RollsNow = { rolls: StatusReport[]; unreadable?: Unreadable[]; away?: string };

/** What was ordered, or would be. */
export type Told = {
  /** what that does, in a sentence */
  said: string;
  /** in whose name, as the receipt tells it */
  by: string;
  /** the roll that there was, if any */
  roll?: string;
  /** the wave that is approved */
  wave?: string;
};

/** Calls `onChange` soon after a roll has changed. @returns what ends it */
export type FollowRolls = (onChange: () => void) => () => void;

/** What drives rolls in the name of somebody who asks. */
export type DriverFor = (by: By) => RollDriver;

/** Shows the rolls of a cluster, and drives them in somebody's name. */
export interface RollDriver {
  /** By the name of their `Stack`. It never rejects for what is wrong with the cluster. */
  look(): Promise<RollsNow>;
  /**
   * Gives an order; as a trial it changes nothing, but the API server says whether it would.
   * @throws Failure `not-found` where there is no such `Stack` or version; `conflict` where it makes no sense, or the `Stack` is
   * of another release; `denied` where we may not; `unavailable` where the API server does not answer, which may have taken it, or our
   * access to it is of no use
   */
  tell(stack: string, order: RollOrder, options: { isTrial: boolean }): Promise<Told>;
}
