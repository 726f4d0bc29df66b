/**
 * What went wrong, in the words of the domain. `http/errors.ts` maps each code to a status, `cli` to an exit code;
 * nothing else knows of either.
 */
export type FailureCode =
  | 'invalid' // the caller's input is malformed
  | 'unauthenticated' // no valid credentials came
  | 'denied' // who asks is known, and may not
  | 'unsupported' // the service does not do that, for anybody
  | 'not-found' // truly absent; a store that cannot answer is 'unavailable'
  | 'conflict' // it exists with other content, or changed meanwhile
  | 'mismatch' // bytes do not have the hash that they were announced with
  | 'refused' // a droplet breaks a rule that makes it unfit to be a layer
  | 'too-large' // a bound of the configuration
  | 'corrupt' // stored bytes are not what was stored
  | 'busy' // try again soon
  | 'no-space' // the disk is full
  | 'unavailable'; // a store or a service that we need does not answer

export interface FailureDetails {
  /** A finer, machine-readable name, for example an error code of the OCI distribution specification. */
  reason?: string;
  expected?: string;
  found?: string;
  /** Seconds after which a retry makes sense. */
  retryAfter?: number;
  cause?: unknown;
}

/** The one error that dropstack throws on purpose. Anything else that surfaces is a bug or the operating system. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly reason: string | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly retryAfter: number | undefined;

  /** @param message what failed, on what, why, and what to do: one line, without a final full stop */
  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = details.reason;
    this.expected = details.expected;
    this.found = details.found;
    this.retryAfter = details.retryAfter;
  }
}

/** Narrows `error` to a `Failure` with one of `codes`. */
export function isFailure(error: unknown, ...codes: FailureCode[]): error is Failure {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code));
}

/** Why something failed, in the words of whatever was thrown. Several failures at once have none of their own. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(reasonOf).join(', ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}
