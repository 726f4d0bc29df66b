import type { Context, Middleware } from 'koa';
import { DropletRefused } from '../droplet/refusal.ts';
import { Failure, type FailureCode } from '../errors.ts';
import { challenge } from './auth/identity.ts';
import { clientLeft } from './client-left.ts';
import { answerEarly } from './linger.ts';

type Answer = { status: number; code: string };

/** How each failure is said in HTTP, with the code of the distribution specification's envelope where one fits. */
const answers: Record<FailureCode, Answer> = {
  invalid: { status: 400, code: 'INVALID' },
  unauthenticated: { status: 401, code: 'UNAUTHORIZED' },
  denied: { status: 403, code: 'DENIED' },
  unsupported: { status: 405, code: 'UNSUPPORTED' },
  'not-found': { status: 404, code: 'NOT_FOUND' },
  conflict: { status: 409, code: 'CONFLICT' },
  mismatch: { status: 400, code: 'DIGEST_INVALID' },
  refused: { status: 422, code: 'REFUSED' },
  'too-large': { status: 413, code: 'SIZE_INVALID' },
  corrupt: { status: 500, code: 'UNKNOWN' },
  busy: { status: 429, code: 'TOOMANYREQUESTS' },
  'no-space': { status: 507, code: 'UNAVAILABLE' },
  unavailable: { status: 503, code: 'UNAVAILABLE' },
};

/** Under `/v2/` clients know few codes: a droplet nobody may have, and what a node can only try again. */
const registryAnswers: Partial<Record<FailureCode, Answer>> = {
  refused: answers.denied,
  'no-space': answers.unavailable,
  'too-large': answers.unavailable,
};

/** The one place where errors become answers: the envelope of distribution-spec "Error Codes". */
export function errorHandler(onError: (error: unknown, ctx: Context) => void): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) throw noSuchRoute(ctx.path);
    } catch (error) {
      ctx.state['error'] = error;
      if (!(error instanceof Failure || (ctx.res.destroyed && clientLeft(error)))) onError(error, ctx);
      if (ctx.headerSent || ctx.res.destroyed) ctx.res.destroy();
      else answerFailure(ctx, error instanceof Failure ? error : unexpected(error));
    }
  };
}

function answerFailure(ctx: Context, failure: Failure): void {
  const special = ctx.path.startsWith('/v2/') ? registryAnswers[failure.code] : undefined;
  const { status, code } = special ?? answers[failure.code];
  for (const name of ctx.res.getHeaderNames()) {
    if (name !== 'vary' && !name.startsWith('docker-distribution') && name !== 'x-request-id')
      ctx.remove(name);
  }
  ctx.respond = true;
  ctx.status = status;
  if (status === 401) ctx.set('WWW-Authenticate', challenge);
  if (status === 405) ctx.set('Allow', 'GET, HEAD');
  if (failure.retryAfter !== undefined) ctx.set('Retry-After', String(failure.retryAfter));
  else if (status === 503) ctx.set('Retry-After', '5');
  const refused = failure instanceof DropletRefused;
  const { message, expected, found } = failure;
  const detail = refused ? failure.refusal : expected === undefined ? undefined : { expected, found };
  const error = { code: refused ? code : (failure.reason ?? code), message, detail };
  const body = Buffer.from(JSON.stringify({ errors: [error] }));
  ctx.set('Content-Type', 'application/json');
  ctx.body = body;
  if (ctx.req.complete) return;
  // A body that nobody read would be taken for the next request on this connection.
  ctx.set('Connection', 'close');
  ctx.respond = false;
  void answerEarly(ctx.req, ctx.res, body);
}

function noSuchRoute(path: string): Failure {
  return new Failure('not-found', `Nothing is served at ${path}`);
}

function unexpected(cause: unknown): Failure {
  return new Failure('corrupt', 'An unexpected error, which the log tells more about', { cause });
}
