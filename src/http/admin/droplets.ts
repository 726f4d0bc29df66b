import type { Router } from '@koa/router';
import { z } from 'zod';
import { hold } from '../hold.ts';
import { sendLines } from '../lines.ts';
import { answer, body, one, part, validated, type OperatorOf } from './exchange.ts';

const assignment = z.strictObject({ stack: z.string() });
const warmth = z.strictObject({ stack: z.string(), version: z.string().exactOptional() });
/** Milliseconds since the epoch. */
const storedQuery = z.strictObject({
  since: z
    .string()
    .regex(/^\d{1,15}$/, 'no time in milliseconds')
    .optional(),
});

/** Droplets as operators see them. @param holdMs milliseconds that a client waits for a conversion */
export function adminDropletRoutes(router: Router, operator: OperatorOf, holdMs: number): void {
  router.get('/droplets', async (ctx) => {
    answer(ctx, await operator(ctx).droplets.list(one(ctx.query['guid'])));
  });
  router.get('/droplets/:guid/:hash', async (ctx) => {
    answer(ctx, await operator(ctx).droplets.get(part(ctx, 'guid'), part(ctx, 'hash')));
  });
  router.delete('/droplets/:guid/:hash', async (ctx) => {
    await operator(ctx).droplets.remove(part(ctx, 'guid'), part(ctx, 'hash'));
    ctx.status = 204;
  });
  router.post('/droplets/:guid/:hash/verify', async (ctx) => {
    answer(ctx, await operator(ctx).droplets.verify(part(ctx, 'guid'), part(ctx, 'hash')));
  });
  router.post('/droplets/:guid/:hash/warm', async (ctx) => {
    const { stack, version } = await body(ctx, warmth);
    const work = operator(ctx).warming.warm(stack, part(ctx, 'guid'), part(ctx, 'hash'), version);
    answer(ctx, await hold(work, holdMs));
  });
  router.put('/droplets/:guid/stack', async (ctx) => {
    const { stack } = await body(ctx, assignment);
    await operator(ctx).droplets.assignStack(part(ctx, 'guid'), stack);
    ctx.status = 204;
  });
  router.get('/stored', async (ctx) => {
    const { since } = validated(storedQuery, ctx.query, 'query');
    await sendLines(ctx, operator(ctx).warming.stored(since === undefined ? undefined : Number(since)));
  });
  router.get('/refused', async (ctx) => answer(ctx, await operator(ctx).droplets.refusals()));
}
