/** docs/api.md and the routes that are really registered, compared both ways. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Router } from '@koa/router';
import test from 'ava';
import { Bodies } from '../../src/http/bodies.ts';
import { createApp } from '../../src/http/app.ts';
import { Proven } from '../../src/http/proven.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { Turns } from '../../src/http/turns.ts';
import { createLog } from '../../src/log.ts';
import { openFacade } from '../../src/facade.ts';
import { loadConfig } from '../../src/config/load.ts';
import { tempDir } from '../helpers/temp.ts';

type Documented = { method: string; path: string };

test('api.md names every route, and none that is not there', async (t) => {
  const facade = await openFacade(loadConfig({ data: await tempDir(t) }, {}), () => undefined);
  t.teardown(() => facade.close());
  const bodies = new Bodies({ total: 1, perClient: 1, holdMs: 1, what: 'bodies' });
  const app = createApp({
    ...facade,
    events: { send: async () => undefined },
    authenticate: async () => undefined,
    isOwnHost: () => true,
    ready: async () => true,
    turns: new Turns(),
    proven: new Proven(() => {}),
    traffic: { downloads: bodies, uploads: bodies, answers: bodies },
    holdMs: 1,
    metrics: createMetrics(() => 0),
    log: createLog('silent'),
    watch: () => '',
  });
  const documented = await documentedRoutes();
  const routes = app.middleware
    .flatMap((item) => ('router' in item ? [item.router as Router] : []))
    .flatMap((router) => router.stack)
    .filter((layer) => layer.methods.length > 0);
  t.true(routes.length > 25, 'the routes were found');

  const reached = new Set<Documented>();
  for (const route of routes) {
    const names = documented.filter(
      ({ method, path }) => route.methods.includes(method) && route.match(path),
    );
    t.true(names.length > 0, `${route.methods.join(' ')} ${String(route.path)} is not documented`);
    for (const name of names) reached.add(name);
  }
  for (const name of documented) t.true(reached.has(name), `${name.method} ${name.path} is not there`);
});

/** Each "`METHOD /path/<name>`" at the start of a table's row, its placeholders without brackets. */
async function documentedRoutes(): Promise<Documented[]> {
  const text = await readFile(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
  return [...text.matchAll(/^\| `([A-Z]+) (\/[^`]*)` +\|/gm)].map(([, method = '', path = '']) => ({
    method,
    path: path.replaceAll(/<(\w+)>/g, '$1'),
  }));
}
