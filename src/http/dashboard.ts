import { Router, type RouterContext } from '@koa/router';
import { Failure } from '../errors.ts';
import { loadDashboard, type Dashboard } from './dashboard/dashboard.ts';

/**
 * The dashboard's page and its files, for whoever is known: what it shows it asks the admin API for, which wants its role.
 * They are read when somebody first wants them: most processes are never asked.
 */
export function dashboardRoutes(): Router {
  const router = new Router();
  let loading: Promise<Dashboard> | undefined;
  const dashboard = (): Promise<Dashboard> =>
    (loading ??= loadDashboard().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  router.get('/', async (ctx) => send(ctx, await dashboard()));
  router.get('/dashboard/*path', async (ctx) => send(ctx, await dashboard()));
  return router;
}

/** A browser keeps them, and asks each time whether they are still the same. */
function send(ctx: RouterContext, dashboard: Dashboard): void {
  const asset = dashboard.get(ctx.path);
  if (asset === undefined) throw new Failure('not-found', `The dashboard has no file ${ctx.path}`);
  ctx.status = 200;
  ctx.set({
    'Cache-Control': 'private, no-cache',
    ETag: asset.etag,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...asset.headers,
  });
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = asset.type;
  ctx.body = asset.bytes;
}
