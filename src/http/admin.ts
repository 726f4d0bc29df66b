import { Router } from '@koa/router';
import { byWhom, type OperatorFor } from './by-whom.ts';
import { adminDropletRoutes } from './admin/droplets.ts';
import { serving } from './admin/exchange.ts';
import { facadeRoutes } from './admin/facade.ts';
import { imageRoutes } from './admin/images.ts';
import { rollRoutes } from './admin/rolls.ts';
import { rootfsRoutes } from './admin/rootfs.ts';
import { stackRoutes } from './admin/stacks.ts';
import type { Events } from './events/events.ts';

export type AdminParts = {
  /** What is done in somebody's name. */
  operatorFor: OperatorFor;
  /** for rootfs files on their way in */
  temporaryDirectory: string;
  /** milliseconds that a client waits for a conversion, or for an image from a registry */
  holdMs: number;
  events: Pick<Events, 'send'>;
};

/** The admin API: whatever `api/operations.ts` says that it does. */
export function adminRoutes({ operatorFor, temporaryDirectory, holdMs, events }: AdminParts): Router {
  const router = new Router();
  const serve = serving(router, (ctx) => operatorFor(byWhom(ctx)));
  stackRoutes(serve);
  rootfsRoutes(serve, temporaryDirectory, holdMs);
  adminDropletRoutes(serve, holdMs);
  imageRoutes(serve);
  rollRoutes(serve);
  facadeRoutes(serve, events);
  return router;
}
