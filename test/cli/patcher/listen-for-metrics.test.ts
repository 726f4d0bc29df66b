import { createServer } from 'node:net';
import { once } from 'node:events';
import test from 'ava';
import { listenForMetrics } from '../../../src/cli/patcher/listen-for-metrics.ts';
import { createPatcherMetrics } from '../../../src/rollout/control/metrics.ts';

const metrics = createPatcherMetrics();

test('metrics and probes are answered, and nothing else', async (t) => {
  const server = await listenForMetrics('127.0.0.1:0', metrics);
  t.teardown(() => server.close());
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const statuses = ['/metrics', '/livez', '/readyz', '/'].map(
    async (path) => (await fetch(origin + path)).status,
  );
  t.deepEqual(await Promise.all(statuses), [200, 200, 200, 404]);
});

test('an address that is none, or is taken, is told', async (t) => {
  await t.throwsAsync(listenForMetrics('8081', metrics), { code: 'invalid', message: /write host:port/ });
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? address?.port : '';
  await t.throwsAsync(listenForMetrics(`127.0.0.1:${port}`, metrics), {
    code: 'unavailable',
    message: /^Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
  });
});
