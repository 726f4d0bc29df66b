import type { Router, RouterContext } from '@koa/router';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { Given, Operation, Reply } from '../../api/operation.ts';
import { operations } from '../../api/operations.ts';
import { Failure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import { clientOf, hasRole, requireRole } from '../access.ts';
import { roles } from '../auth/identity.ts';
import type { Bodies } from '../bodies.ts';
import { readJson } from '../input.ts';
import { sendLines } from '../lines.ts';

/** What came in, checked. */
export type Received<P, Q, H, B> = { parameters: P; query: Q; headers: H; body: B };

/**
 * Serves an operation: `handle` does it in the name of who asks. What it gives is sent as the operation says; bytes and events it
 * sends itself.
 */
export type Serve = <P, Q, H, B, R extends Reply>(
  operation: Operation<P, Q, H, B, R>,
  handle: (
    received: Received<P, Q, H, B>,
    operator: Operator,
    ctx: RouterContext,
  ) => Given<R> | Promise<Given<R>>,
) => void;

/** 40,000 placements are some 3 MB. */
const maxJson = 16 * 1024 * 1024;

/**
 * What serves operations on `router`.
 * @param answers bounds those that only read, which may cost much
 * @param operatorOf who does what a request asks for
 */
export function serving(
  router: Router,
  answers: Bodies,
  operatorOf: (ctx: RouterContext) => Operator,
): Serve {
  return (operation, handle) => {
    const { method, path, needs, parameters, query, headers, body, reply } = operation;
    router.register(path.replaceAll(/\{(\w+)\}/g, ':$1'), [method], async (ctx: RouterContext) => {
      if (needs !== 'any') requireRole(ctx, needs);
      else if (!hasRole(ctx, roles)) throw new Failure('denied', 'The user has no role');
      const received = {
        parameters: validated(parameters, ctx.params, 'path'),
        query: validated(query, ctx.query, 'query'),
        headers: validated(headers, ctx.req.headers, 'header'),
        body: validated(
          body.schema,
          body.kind === 'json' ? await readJson(ctx.req, maxJson) : undefined,
          'body',
        ),
      };
      if (onlyReads(operation)) await answers.begin(clientOf(ctx), ctx.res);
      await send(ctx, reply, await handle(received, operatorOf(ctx), ctx));
    });
  };
}

/** Whoever changes something does not wait behind those who ask; nor who is answered from memory. */
function onlyReads({ method, path, reply }: Pick<Operation, 'method' | 'path' | 'reply'>): boolean {
  if (path === operations.showRolls.path) return false;
  return reply.kind !== 'events' && (method === 'GET' || reply.kind === 'lines' || path.endsWith('/verify'));
}

async function send(ctx: RouterContext, reply: Reply, given: unknown): Promise<void> {
  if (reply.kind === 'lines') {
    if (isSequence(given)) await sendLines(ctx, given);
  } else if (reply.kind === 'json') {
    ctx.status = reply.status;
    ctx.set('Content-Type', 'application/json');
    ctx.body = Array.isArray(given) && given.length > piece ? Readable.from(inPieces(given)) : jsonOf(given);
  } else if (reply.kind === 'none') ctx.status = reply.status;
}

/** Items of a list that are written at once: whoever is served beside it waits for no more. */
const piece = 500;

/** A long list as JSON, each piece in a turn of its own: to make megabytes of text takes as long as many pulls. */
export async function* inPieces(list: readonly unknown[]): AsyncGenerator<Buffer> {
  for (let start = 0; start < list.length; start += piece) {
    const items = list.slice(start, start + piece).map((item) => JSON.stringify(item));
    yield Buffer.from(`${start === 0 ? '[' : ','}${items.join(',')}`);
    await setImmediate();
  }
  yield Buffer.from(']');
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function isSequence(given: unknown): given is AsyncIterable<object> {
  return typeof given === 'object' && given !== null && Symbol.asyncIterator in given;
}

/** So many faults of what came in are told: it may have thousands. */
const faultsTold = 3;

/** @param what messages call it */
export function validated<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const whys = issues.slice(0, faultsTold).map(whyOf);
  const more = issues.length > faultsTold ? [`and ${issues.length - faultsTold} more`] : [];
  throw new Failure('invalid', `The ${what} is not as it must be: ${[...whys, ...more].join('; ')}`, {
    ...reasonIn(issues[0]),
  });
}

/** A key that is wrong is so for a reason of its own. */
function whyOf(issue: z.core.$ZodIssue): string {
  const message =
    issue.code === 'invalid_key' ? issue.issues.map((inner) => inner.message).join(', ') : issue.message;
  return [...issue.path, message].join(': ');
}

/** The finer name that a name's grammar has for what is wrong. */
function reasonIn(issue: z.core.$ZodIssue | undefined): { reason?: string } {
  const reason: unknown = issue?.code === 'custom' ? issue.params?.['reason'] : undefined;
  return typeof reason === 'string' ? { reason } : {};
}
