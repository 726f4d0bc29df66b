import type { Router, RouterContext } from '@koa/router';
import { Failure } from '../../errors.ts';
import { mostPaperBytes } from '../../operator/paper-names.ts';
import { readBytes } from '../input.ts';
import { answer, part, type OperatorOf } from './exchange.ts';

/** Nothing that a paper brings is run, fetched or sent anywhere: it says what apps and people are called. */
const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** The papers of rolls, byte for byte as they were put. */
export function rollRoutes(router: Router, operator: OperatorOf): void {
  router.get('/stacks/:stack/rolls', async (ctx) => {
    answer(ctx, await operator(ctx).rolls.list(part(ctx, 'stack')));
  });
  router.get('/stacks/:stack/rolls/:roll', async (ctx) => {
    answer(ctx, await operator(ctx).rolls.papers(part(ctx, 'stack'), part(ctx, 'roll')));
  });
  router.get('/stacks/:stack/rolls/:roll/:paper', async (ctx) => {
    const [stack, roll, paper] = name(ctx);
    const bytes = await operator(ctx).rolls.read(stack, roll, paper);
    if (bytes === undefined) throw new Failure('not-found', `Roll ${roll} of stack ${stack} has no ${paper}`);
    const type = paper.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json';
    ctx.set({ 'Content-Type': type, 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' });
    ctx.body = bytes;
  });
  router.put('/stacks/:stack/rolls/:roll/:paper', async (ctx) => {
    const first = isFirst(ctx.get('If-None-Match'));
    const bytes = await readBytes(ctx.req, mostPaperBytes, 'paper');
    await operator(ctx).rolls.write(...name(ctx), bytes, { first });
    ctx.status = 204;
  });
}

function name(ctx: RouterContext): [stack: string, roll: string, paper: string] {
  return [part(ctx, 'stack'), part(ctx, 'roll'), part(ctx, 'paper')];
}

/** `If-None-Match: *`: the first paper of a name stays. */
function isFirst(header: string): boolean {
  if (header === '' || header === '*') return header === '*';
  throw new Failure('invalid', `If-None-Match must be * here, not ${header}`);
}
