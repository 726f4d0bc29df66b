import { randomUUID } from 'node:crypto';
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Logger } from 'pino';
import { Failure } from '../errors.ts';
import { admit, requireRole, userOf } from './access.ts';
import { adminRoutes } from './admin.ts';
import type { Identity } from './auth/identity.ts';
import { clientLeft } from './client-left.ts';
import { dropletRoutes } from './droplets.ts';
import { errorHandler } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { registryRoutes, type RegistryParts } from './registry.ts';
import type { AdminParts } from './admin.ts';

export type AppParts = RegistryParts &
  AdminParts & {
    /** Who sends a request with this Authorization header; undefined when nobody whom we know. */
    authenticate: (authorization: string | undefined) => Promise<Identity | undefined>;
    /** Whether new work should come here: false while stopping. */
    ready: () => Promise<boolean>;
    metrics: Metrics;
    log: Logger;
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
  app.use(watchRequests(parts.log, parts.metrics));
  app.use(errorHandler(onError));
  app.use(probes(parts.ready).routes());
  app.use(requireIdentity(parts.authenticate));
  for (const router of [
    registryRoutes(parts),
    dropletRoutes(parts),
    adminRoutes(parts),
    scrapes(parts.metrics),
  ]) {
    app.use(router.routes());
  }
  app.use(refuseWrites);
  return app;
}

/** One line and one observation a request, when its last byte went or its connection broke. */
function watchRequests(log: Logger, metrics: Metrics): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    const id = randomUUID();
    ctx.state['id'] = id;
    ctx.set('X-Request-Id', id);
    // A request that is destroyed loses its socket.
    const { socket } = ctx;
    const before = socket.bytesWritten;
    ctx.res.once('close', () => {
      const error: unknown = ctx.state['error'];
      const ms = performance.now() - start;
      metrics.answered(ctx.method, ctx.path, ctx.res.writableFinished ? ctx.res.statusCode : 0, ms);
      log.info({
        id,
        method: ctx.method,
        path: ctx.path,
        status: ctx.res.statusCode,
        range: ctx.get('Range').slice(0, 100) || undefined,
        bytes: socket.bytesWritten - before,
        ms: Math.round(ms),
        user: userOf(ctx),
        ...(ctx.res.writableFinished ? {} : { cut: true }),
        ...(error instanceof Error ? { error: error.message } : {}),
      });
    });
    await next();
  };
}

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
    const identity = await authenticate(ctx.get('Authorization') || undefined);
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
