import type { Router } from '@koa/router';
import { z } from 'zod';
import { defaultGraceSeconds } from '../../collect/collect.ts';
import { answer, body, type OperatorOf } from './exchange.ts';

const collection = z.strictObject({
  graceSeconds: z.number().min(86_400, 'a day at least').max(1e9).default(defaultGraceSeconds),
  dryRun: z.boolean().default(false),
  allowLarge: z.boolean().default(false),
});

/** Collects what is over. */
export function collectionRoutes(router: Router, operator: OperatorOf): void {
  router.post('/collection', async (ctx) => {
    answer(ctx, await operator(ctx).collection.run(await body(ctx, collection)));
  });
}
