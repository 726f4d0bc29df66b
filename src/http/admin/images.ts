import type { Router } from '@koa/router';
import { z } from 'zod';
import { sendLines } from '../lines.ts';
import { answer, body, one, part, type OperatorOf } from './exchange.ts';

const question = z.strictObject({
  images: z.array(z.strictObject({ guid: z.string(), digest: z.string() })).max(1000),
});

/** What images are made of. */
export function imageRoutes(router: Router, operator: OperatorOf): void {
  router.get('/images', async (ctx) => {
    answer(ctx, await operator(ctx).images.show(one(ctx.query['reference']) ?? ''));
  });
  router.get('/droplets/:guid/images/:digest', async (ctx) => {
    answer(ctx, await operator(ctx).images.identify(part(ctx, 'guid'), part(ctx, 'digest')));
  });
  router.post('/images/identify', async (ctx) => {
    const { images } = await body(ctx, question);
    await sendLines(ctx, operator(ctx).images.identifyAll(images));
  });
}
