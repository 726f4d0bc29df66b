import type { Failure } from '../errors.ts';
import type { Warmed } from '../operator/operator.ts';

/** Failures that are told one by one. More than that have a common cause, which the counts tell. */
const maxTold = 100;

export type WarmFailure = { guid: string; hash: string | undefined; reason: string; message: string };

/** What became of the droplets that were to be warm. */
export class Tally {
  readonly counts = { converted: 0, known: 0, elsewhere: 0, deleted: 0, refused: 0, failed: 0 };
  /** how many failed for each reason */
  readonly reasons = new Map<string, number>();
  readonly failures: WarmFailure[] = [];
  /** yet to be looked at */
  left: number;
  /** How many in a row nobody answered for. */
  unanswered = 0;

  constructor(left: number) {
    this.left = left;
  }

  get done(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  add(outcome: Warmed['outcome']): void {
    this.counts[outcome]++;
    this.left--;
    this.unanswered = 0;
  }

  /** A droplet that breaks a rule will not be served, warm or not: it is told apart from what should have worked. */
  fail(guid: string, hash: string | undefined, { code, reason, message }: Failure): void {
    const name = reason === undefined ? code : `${code}: ${reason}`;
    this.counts[code === 'refused' ? 'refused' : 'failed']++;
    this.left--;
    this.unanswered = code === 'unavailable' ? this.unanswered + 1 : 0;
    this.reasons.set(name, (this.reasons.get(name) ?? 0) + 1);
    if (this.failures.length < maxTold) this.failures.push({ guid, hash, reason: name, message });
  }
}
