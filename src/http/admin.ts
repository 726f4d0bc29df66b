import { Router } from '@koa/router';
import type { DriverFor } from '../rollout/drive/roll-driver.ts';
import type { Traffic } from './bodies.ts';
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
  /** What drives rolls in somebody's name; undefined without access to Kubernetes. */
  driverFor: DriverFor | undefined;
  /** for rootfs files on their way in */
  temporaryDirectory: string;
  /** milliseconds that a client waits for a conversion, or for an image from a registry */
  holdMs: number;
  events: Pick<Events, 'send'>;
  traffic: Pick<Traffic, 'uploads' | 'answers'>;
};

/** The admin API: whatever `api/operations.ts` says that it does. */
export function adminRoutes({
  operatorFor,
  driverFor,
  temporaryDirectory,
  holdMs,
  events,
  traffic,
}: AdminParts): Router {
  const router = new Router();
  const serve = serving(router, traffic.answers, (ctx) => operatorFor(byWhom(ctx)));
  stackRoutes(serve);
  rootfsRoutes(serve, temporaryDirectory, traffic.uploads, holdMs);
  adminDropletRoutes(serve, traffic.uploads, holdMs);
  imageRoutes(serve);
  rollRoutes(serve, driverFor);
  facadeRoutes(serve, events);
  return router;
}
