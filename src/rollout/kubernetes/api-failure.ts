import { z } from 'zod';
import { Failure, isFailure, type FailureCode } from '../../errors.ts';

/** Kubernetes' `Status`, as far as it is read here. */
const status = z.object({
  message: z.string().catch(''),
  reason: z.string().catch(''),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().catch(''), message: z.string().catch('') })).catch([]),
      retryAfterSeconds: z.number().optional().catch(undefined),
    })
    .catch({ causes: [] }),
});

const codes: Record<number, FailureCode> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  409: 'conflict',
  410: 'conflict',
  413: 'too-large',
  415: 'unsupported',
  422: 'invalid',
  429: 'busy',
};

const advice: Partial<Record<FailureCode, string>> = {
  unauthenticated: ': renew the credentials of the kubeconfig or of the service account',
  denied: ': grant it by a role',
};

/**
 * What an answer means that is none of success. `reason` is the API's own, as `Expired`; where a disruption budget
 * forbids an eviction it is `DisruptionBudget`, and the message is what the budget says.
 * @param action such as `get /api/v1/pods`
 * @param retryAfter the header: seconds
 */
export function apiFailure(action: string, code: number, body: unknown, retryAfter?: number): Failure {
  const { message, reason, details } = status.parse(typeof body === 'object' && body !== null ? body : {});
  const wait = retryAfter ?? details.retryAfterSeconds;
  const soon = wait === undefined ? {} : { retryAfter: wait };
  const budget = code === 429 && details.causes.find((cause) => cause.reason === disruptionBudget);
  if (budget) return new Failure('busy', budget.message, { reason: disruptionBudget, ...soon });
  const kind = codes[code] ?? 'unavailable';
  const said = message === '' ? `it answers ${code}` : message;
  const words = `Cannot ${action}: the API server says: ${said}${advice[kind] ?? ''}`;
  return new Failure(kind, words, { reason: reasons[code] ?? reason, ...soon });
}

const disruptionBudget = 'DisruptionBudget';
const expired = 'Expired';
const internal = 'InternalError';

/** The API server does not always name them. */
const reasons: Record<number, string> = { 410: expired, 500: internal };

/** Whether a disruption budget forbids an eviction for the time being. */
export function isBudget(error: unknown): error is Failure {
  return isFailure(error, 'busy') && error.reason === disruptionBudget;
}

/** Whether the API server no longer knows a resource version or a continuation that it once gave. */
export function isExpired(error: unknown): boolean {
  return isFailure(error, 'conflict') && error.reason === expired;
}

/** Whether the API server has too much to do. */
export function isPressure(error: unknown): error is Failure {
  return isFailure(error, 'busy') && !isBudget(error);
}

/** Whether the API server fails on its own account, as for a pod of two disruption budgets: most often it will again. */
export function isInternal(error: unknown): error is Failure {
  return isFailure(error, 'unavailable') && error.reason === internal;
}

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): error is Failure {
  return isPressure(error) || (isFailure(error, 'unavailable') && !isInternal(error));
}
