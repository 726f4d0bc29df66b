import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Logger } from 'pino';
import { Failure } from '../errors.ts';
import { admit, requireRole, userOf } from './access.ts';
import { adminRoutes } from './admin.ts';
import type { Identity } from './auth/identity.ts';
import { clientLeft } from './client-left.ts';
import { dashboardRoutes } from './dashboard.ts';
import { dropletRoutes, type DropletParts } from './droplets.ts';
import { errorHandler } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { refuseOtherHosts, type IsOwnHost } from './own-host.ts';
import { refuseOtherSites } from './own-site.ts';
import { registryRoutes, type RegistryParts } from './registry.ts';
import type { AdminParts } from './admin.ts';
import { verdictOf } from './verdict.ts';
import type { WatchAnswer } from './watch-answer.ts';

export type AppParts = RegistryParts &
  DropletParts &
  AdminParts & {
    /** Who sends a request with this Authorization header; undefined when nobody whom we know. */
    authenticate: (authorization: string | undefined) => Promise<Identity | undefined>;
    isOwnHost: IsOwnHost | undefined;
    /** Whether new work should come here: false while stopping. */
    ready: () => Promise<boolean>;
    metrics: Metrics;
    log: Logger;
    watch: WatchAnswer;
  };

/** The facade's HTTP face. Everything below it throws; errors become answers in one place. */
export function createApp(parts: AppParts): Koa {
  const app = new Koa();
  const onError = (error: unknown, ctx: Context): void =>
    parts.log.error({ err: error, id: ctx.state['id'] }, 'unexpected error');
  // koa's own errors: of connections, once an answer has begun.
  app.on('error', (error: unknown, ctx: Context) => {
    if (!clientLeft(error)) onError(error, ctx);
  });
  app.use(watchRequests(parts.watch));
  app.use(errorHandler(onError));
  if (parts.isOwnHost !== undefined) app.use(refuseOtherHosts(parts.isOwnHost));
  app.use(refuseOtherSites);
  app.use(requireIdentity(parts.authenticate));
  // Each router looks at each request that the ones before it have not taken: pulls are the many.
  for (const router of [
    registryRoutes(parts),
    dropletRoutes(parts),
    adminRoutes(parts),
    scrapes(parts.metrics),
    probes(parts.ready),
    dashboardRoutes(),
  ]) {
    app.use(router.routes());
  }
  app.use(refuseWrites);
  return app;
}

function watchRequests(watch: WatchAnswer): Middleware {
  return async (ctx, next) => {
    const tell = () => ({
      path: ctx.path,
      cache: verdictOf(ctx),
      user: userOf(ctx),
      error: ctx.state['error'] as unknown,
    });
    const id = watch(ctx.req, ctx.res, tell);
    ctx.set('X-Request-Id', id);
    ctx.state['id'] = id;
    await next();
  };
}

/** They tell nothing, and who asks has no password. */
const open: ReadonlySet<string> = new Set(['/livez', '/readyz']);

function probes(ready: () => Promise<boolean>): Router {
  const router = new Router();
  router.get('/livez', (ctx) => {
    ctx.body = 'ok\n';
  });
  router.get('/readyz', async (ctx) => {
    if (!(await ready()))
      throw new Failure('unavailable', 'Not ready: stopping, or the store does not answer');
    ctx.body = 'ok\n';
  });
  return router;
}

/** For Prometheus; it tells who looks how busy we are, so only an operator may. */
function scrapes({ registry }: Metrics): Router {
  const router = new Router();
  router.get('/metrics', async (ctx) => {
    requireRole(ctx, 'admin');
    ctx.set('Content-Type', registry.contentType);
    ctx.body = Buffer.from(await registry.metrics());
  });
  return router;
}

function requireIdentity(authenticate: AppParts['authenticate']): Middleware {
  return async (ctx, next) => {
    if (open.has(ctx.path)) {
      await next();
      return;
    }
    const identity = await authenticate(ctx.req.headers.authorization);
    if (identity === undefined) {
      throw new Failure(
        'unauthenticated',
        'Valid credentials are needed here: send them with Basic authentication',
      );
    }
    admit(ctx, identity);
    await next();
  };
}

/** What is left under `/v2/` after the routes: writes, which a facade has no use for (distribution-spec: 405). */
async function refuseWrites(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  if (ctx.path.startsWith('/v2/') && ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, HEAD');
    throw new Failure('unsupported', 'This registry is read-only: droplets are put by the /droplets API');
  }
  await next();
}
