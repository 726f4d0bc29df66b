import type { IncomingMessage } from 'node:http';

/**
 * Where what a client got came from, the cheapest first: `at-hand`, without a promise; `memory`; `disk`, a copy of the cache's;
 * `redirect`, the client was sent to the store; `store`, the store was asked; `converted`, somebody had to wait for a
 * conversion. Errors, and answers that need no bytes, have none.
 */
export type Verdict = 'at-hand' | 'memory' | 'disk' | 'redirect' | 'store' | 'converted';

const verdicts = new WeakMap<IncomingMessage, Verdict>();

/** Any koa context, as far as it is needed here. */
type Context = { req: IncomingMessage };

/** From now on it is known where the answer comes from. */
export function cameFrom({ req }: Context, verdict: Verdict): void {
  verdicts.set(req, verdict);
}

/** Where the answer to a request came from, for the log and the metrics. */
export function verdictOf({ req }: Context): Verdict | undefined {
  return verdicts.get(req);
}
