/** Root filesystems that are asked for all at once. */
import test, { type ExecutionContext } from 'ava';
import { loadConfig } from '../../src/config/load.ts';
import { openFacade } from '../../src/facade.ts';
import { createApp } from '../../src/http/app.ts';
import { anonymous } from '../../src/http/auth/identity.ts';
import { Bodies } from '../../src/http/bodies.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { Proven } from '../../src/http/proven.ts';
import { Turns } from '../../src/http/turns.ts';
import { createLog } from '../../src/log.ts';
import type { Operator } from '../../src/operator/operator.ts';
import type { RootfsRecord } from '../../src/rootfs/record.ts';
import { listen } from '../helpers/listen.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { ask, errorCode } from '../protocol/request.ts';

/** A server over a store of its own, where a pull from a registry gives the one version that there is when `work` is done. */
async function started(t: ExecutionContext, work: () => Promise<void>): Promise<string> {
  const facade = await openFacade(loadConfig({ data: await tempDir(t) }, {}), () => undefined);
  t.teardown(() => facade.close());
  const whole = facade.operatorFor('test');
  const record = await whole.rootfs.import('fs', '1', await tinyRootfs(t, 'one'), {});
  const pull = async (): Promise<RootfsRecord> => {
    await work();
    return record;
  };
  const operator: Operator = { ...whole, rootfs: { ...whole.rootfs, pull } };
  const bodies = new Bodies({ total: 1_000, perClient: 1_000, holdMs: 60_000, what: 'bodies' });
  const app = createApp({
    ...facade,
    driverFor: undefined,
    operatorFor: () => operator,
    events: { send: async () => undefined },
    authenticate: async () => anonymous,
    isOwnHost: () => true,
    ready: async () => true,
    turns: new Turns(),
    proven: new Proven(() => {}),
    traffic: { downloads: bodies, uploads: bodies, answers: bodies },
    holdMs: 60_000,
    metrics: createMetrics(() => 0),
    log: createLog('silent'),
    watch: () => '',
  });
  const handle = app.callback();
  return listen(t, (request, response) => void handle(request, response));
}

test('two are imported at once, the others in turn, and more than may wait are put off', async (t) => {
  const running = { now: 0, most: 0 };
  const go = Promise.withResolvers<void>();
  const host = await started(t, async () => {
    running.most = Math.max(running.most, ++running.now);
    await go.promise;
    running.now--;
  });
  const pull = (nth: number) =>
    ask(`http://${host}/api/v1/stacks/fs/rootfs/${nth}`, {
      method: 'POST',
      body: '{"reference": "registry.example.org/fs:1"}',
    });
  const all = Array.from({ length: 103 }, (_, nth) => pull(nth));
  // Nobody else has an answer until they go on.
  const refused = await Promise.race(all);
  t.is(errorCode(refused), 'TOOMANYREQUESTS');
  t.regex(refused.body.toString(), /Too many root filesystems wait/);
  go.resolve();
  const statuses = Map.groupBy(await Promise.all(all), ({ status }) => status);
  t.deepEqual([statuses.get(201)?.length, statuses.get(429)?.length], [102, 1]);
  t.is(running.most, 2);
});
