import type { Charter } from '../judge/charter.ts';
import type { Proof } from '../judge/proof.ts';
import type { StackStatus } from '../stack/status.ts';
import type { Placements } from './placing.ts';
import type { Step } from './step.ts';

/** A roll that is to begin. */
export type Beginning = {
  kind: 'roll' | 'undo';
  /** what is promoted now */
  from: string | undefined;
  to: string;
  /** what the spec names */
  asked: string;
  /** of an undo: the roll that it takes back */
  undoes?: string;
};

/**
 * What is to be done, in this order: the papers are written, then the status, then the placements, then the promotion; the
 * steps last. Whoever is killed in between finds everything as if the rest had not been decided yet.
 */
export type Decision = {
  charter?: Charter;
  /** of the waves that finish with this decision */
  proofs: Proof[];
  status: StackStatus;
  place: Placements;
  promote?: string;
  steps: Step[];
  begin?: Beginning;
  /** the roll has ended with this decision */
  hasEnded: boolean;
};
