import type { Router } from '@koa/router';
import { z } from 'zod';
import { sendLines } from '../lines.ts';
import { body, part, type OperatorOf } from './exchange.ts';

const question = z.strictObject({
  droplets: z.array(z.strictObject({ guid: z.string(), hash: z.string() })).max(1000),
  from: z.string().exactOptional(),
});

/** What a version under droplets would mean. */
export function impactRoutes(router: Router, operator: OperatorOf): void {
  router.post('/stacks/:stack/rootfs/:version/impact', async (ctx) => {
    const { droplets, from } = await body(ctx, question);
    const { impact } = operator(ctx);
    await sendLines(ctx, impact.droplets(part(ctx, 'stack'), part(ctx, 'version'), droplets, from));
  });
}
