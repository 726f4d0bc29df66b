import type { Router, RouterContext } from '@koa/router';
import { z } from 'zod';
import { Failure } from '../../errors.ts';
import { answer, body, part, type OperatorOf } from './exchange.ts';

const promotion = z.strictObject({ version: z.string() });
const placement = z.record(z.string(), z.string().nullable());
const use = z.strictObject({ versions: z.array(z.string()).max(1000) });

/** What the tags of a stack mean, and who says what runs. */
export function stackRoutes(router: Router, operator: OperatorOf): void {
  router.get('/stacks', async (ctx) => answer(ctx, await operator(ctx).rootfs.stacks()));
  router.get('/stacks/:stack', async (ctx) => {
    answer(ctx, await operator(ctx).rootfs.stack(part(ctx, 'stack')));
  });
  router.put('/stacks/:stack/promoted', async (ctx) => {
    const { version } = await body(ctx, promotion);
    answer(ctx, await operator(ctx).rootfs.promote(part(ctx, 'stack'), version));
  });
  router.patch('/stacks/:stack/placements', async (ctx) => {
    const [stack, placements] = [part(ctx, 'stack'), await body(ctx, placement)];
    answer(ctx, await operator(ctx).rootfs.place(stack, placements, generation(ctx)));
  });
  router.put('/stacks/:stack/in-use/:holder', async (ctx) => {
    const { versions } = await body(ctx, use);
    answer(ctx, await operator(ctx).rootfs.markInUse(part(ctx, 'stack'), part(ctx, 'holder'), versions));
  });
}

/** `If-Match: "<generation>"`: the change is made only to the stack as its sender saw it. */
function generation(ctx: RouterContext): number | undefined {
  const header = ctx.get('If-Match');
  if (header === '') return undefined;
  const [, digits] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (digits === undefined)
    throw new Failure('invalid', `If-Match must be a stack's generation in quotes, not ${header}`);
  return Number(digits);
}
