import { Router, type RouterContext } from '@koa/router';
import type { Operator } from '../operator/operator.ts';
import { requireRole, userOf } from './access.ts';
import { collectionRoutes } from './admin/collection.ts';
import { adminDropletRoutes } from './admin/droplets.ts';
import { imageRoutes } from './admin/images.ts';
import { impactRoutes } from './admin/impact.ts';
import { rollRoutes } from './admin/rolls.ts';
import { rootfsRoutes } from './admin/rootfs.ts';
import { stackRoutes } from './admin/stacks.ts';
import type { DropletParts } from './droplets.ts';

export type AdminParts = DropletParts & {
  /** What is done in somebody's name. */
  operatorFor: (user: string) => Operator;
  /** for rootfs files on their way in */
  temporaryDirectory: string;
  /** milliseconds that a client waits for a conversion, or for an image from a registry */
  holdMs: number;
};

/** The admin API: role `admin`; JSON, but for the papers of rolls. */
export function adminRoutes({ operatorFor, temporaryDirectory, holdMs }: AdminParts): Router {
  const router = new Router({ prefix: '/api/v1' });
  const operator = (ctx: RouterContext): Operator => operatorFor(userOf(ctx) ?? '');
  router.use(async (ctx, next) => {
    requireRole(ctx, 'admin');
    await next();
  });
  stackRoutes(router, operator);
  rootfsRoutes(router, operator, temporaryDirectory, holdMs);
  impactRoutes(router, operator);
  adminDropletRoutes(router, operator, holdMs);
  imageRoutes(router, operator);
  rollRoutes(router, operator);
  collectionRoutes(router, operator);
  return router;
}
