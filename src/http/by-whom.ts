import type { IncomingMessage } from 'node:http';
import type { By } from '../operator/audit/entry.ts';
import type { Operator } from '../operator/operator.ts';
import { userOf } from './access.ts';

/** Does things in somebody's name. */
export type OperatorFor = (by: By) => Operator;

/** Who sends a request, from where, and the id that its answer and its line in the log have. */
export function byWhom({ req, state }: { req: IncomingMessage; state: { id?: unknown } }): By {
  const { remoteAddress: address } = req.socket;
  return {
    user: userOf({ req }) ?? '',
    ...(address === undefined ? {} : { address }),
    ...(typeof state.id === 'string' ? { request: state.id } : {}),
  };
}
