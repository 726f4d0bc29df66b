/** Root filesystems that are asked for all at once. */
import { once } from 'node:events';
import { request as send } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
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

/** A server over a store of its own, where a pull from a registry and an import give the one version that there is when their work is done. */
async function started(
  t: ExecutionContext,
  work: () => Promise<void>,
  importing = async (): Promise<void> => undefined,
): Promise<string> {
  const facade = await openFacade(loadConfig({ data: await tempDir(t) }, {}), () => undefined);
  t.teardown(() => facade.close());
  const whole = facade.operatorFor('test');
  const record = await whole.rootfs.import('fs', '1', await tinyRootfs(t, 'one'), {});
  const after = (done: () => Promise<void>) => async (): Promise<RootfsRecord> => {
    await done();
    return record;
  };
  const rootfs = { ...whole.rootfs, pull: after(work), import: after(importing) };
  const operator: Operator = { ...whole, rootfs };
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

const pathOf = (version: number): string => `/api/v1/stacks/fs/rootfs/${version}`;

/** An upload whose body goes on until somebody ends it. */
function begun(host: string, version: number) {
  const upload = send(`http://${host}${pathOf(version)}`, { method: 'PUT', agent: false });
  upload.on('error', () => undefined);
  upload.write('some');
  return upload;
}

/** Whether an upload is refused while its body is on its way. */
async function isPutOff(host: string): Promise<boolean> {
  const late = begun(host, 103);
  const answered = new Promise<boolean>((resolve) => {
    late.once('response', ({ statusCode }) => resolve(statusCode === 429));
  });
  const isSo = await Promise.race([answered, delay(500, false)]);
  late.destroy();
  return isSo;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}

test('who uploads is put off before the upload, and does not wait for pulls', async (t) => {
  const [go, pulled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let imports = 0;
  const counted = async (): Promise<void> => {
    imports++;
    await go.promise;
  };
  const host = await started(t, () => pulled.promise, counted);
  const pulls = [1, 2].map((nth) =>
    ask(`http://${host}${pathOf(nth)}`, {
      method: 'POST',
      body: '{"reference": "registry.example.org/fs:1"}',
    }),
  );
  const all = Array.from({ length: 102 }, (_, nth) =>
    ask(`http://${host}${pathOf(nth)}`, { method: 'PUT', body: 'x' }),
  );
  await until(() => imports === 2);
  // The bodies of the others may still be on their way.
  while (!(await isPutOff(host)));
  go.resolve();
  t.true((await Promise.all(all)).every((answer) => answer.status === 201));
  t.is(imports, 102);
  pulled.resolve();
  await Promise.all(pulls);
});

test('what was uploaded by a client that has left meanwhile is not imported', async (t) => {
  const go = Promise.withResolvers<void>();
  const versions: number[] = [];
  const host = await started(
    t,
    async () => undefined,
    async () => {
      versions.push(versions.length);
      await go.promise;
    },
  );
  const put = (nth: number) => ask(`http://${host}${pathOf(nth)}`, { method: 'PUT', body: 'x' });
  const both = [put(1), put(2)];
  await until(() => versions.length === 2);
  const gone = begun(host, 3);
  gone.end();
  await once(gone, 'finish');
  const others = () => ask(`http://${host}/api/v1/rootfs`);
  await others();
  const left = new Promise((resolve) => gone.once('close', resolve));
  gone.destroy();
  await left;
  // What came before an answer was heard.
  for (let nth = 0; nth < 3; nth++) t.is((await others()).status, 200);
  go.resolve();
  await Promise.all(both);
  t.is((await put(4)).status, 201);
  t.is(versions.length, 3);
});
