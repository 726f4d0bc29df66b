/** Events of a real facade, as somebody who listens hears them. */
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { loadConfig } from '../../../src/config/load.ts';
import { openFacade } from '../../../src/facade.ts';
import type { Operator } from '../../../src/operator/operator.ts';
import { listenTo, type SentEvent } from '../../helpers/event-stream.ts';
import { atEnd, type Owner } from '../../helpers/owner.ts';
import { tinyDroplet, tinyRootfs } from '../../helpers/tiny.ts';
import { putDroplet, startFacade } from '../../protocol/facade.ts';
import { ask, errorCode } from '../../protocol/request.ts';

const promotion =
  (version: string) =>
  ({ event, data }: SentEvent): boolean =>
    event === 'stack' && data['action'] === 'promote' && data['version'] === version;

const figures = ({ event }: SentEvent): boolean => event === 'state';

/** Somebody else who works on the same store: another replica, or the CLI. */
async function other(owner: Owner, data: string): Promise<Operator> {
  const facade = await openFacade(loadConfig({ data }, {}), () => undefined);
  atEnd(owner, async () => facade.close());
  return facade.operatorFor('somebody else');
}

async function startWithVersions(owner: Owner, ...versions: string[]) {
  const facade = await startFacade(owner);
  for (const version of versions)
    await facade.operator.rootfs.import('cflinuxfs4', version, await tinyRootfs(owner, version), {});
  return facade;
}

test('changes are told once each, whoever makes them', async (t) => {
  const { url, operator, data } = await startWithVersions(t, '1', '2');
  const stream = await listenTo(t, url);
  t.is(stream.status, 200);
  t.is(stream.headers['content-type'], 'text/event-stream');
  t.is(stream.headers['cache-control'], 'no-store');
  await operator.rootfs.promote('cflinuxfs4', '1');
  t.like(await stream.next('of our own', promotion('1')), { data: { user: 'test', outcome: 'done' } });
  const stranger = await other(t, data);
  await stranger.rootfs.promote('cflinuxfs4', '2');
  const { data: entry } = await stream.next('of another', promotion('2'));
  t.like(entry, { user: 'somebody else', previous: '1' });
  await t.throwsAsync(operator.rootfs.retire('cflinuxfs4', '2'));
  await stranger.rootfs.import('cflinuxfs4', '3', await tinyRootfs(t, '3'), {});
  await stream.next('of an import', ({ event, data: told }) => event === 'rootfs' && told['version'] === '3');
  const droplet = await tinyDroplet(t, 'hello');
  await putDroplet(operator, 'some-app', droplet);
  await stream.next('of a conversion', ({ data: told }) => told['action'] === 'converted');
  await stream.next('of a put', ({ data: told }) => told['action'] === 'put');
  await stranger.droplets.remove('some-app', droplet.sha1);
  await stream.next('of a deletion', ({ data: told }) => told['action'] === 'delete');
  // Two more looks at the store.
  const seen = stream.events.length;
  while (stream.events.slice(seen).filter(figures).length < 3) await delay(50);
  const changes = stream.events
    .filter(({ id }) => id !== undefined)
    .map(({ data: told }) => String(told['action']));
  t.deepEqual(changes.toSorted(), ['converted', 'delete', 'import', 'promote', 'promote', 'put']);
});

test('figures come of themselves, and tell what was asked', async (t) => {
  const { url, operator } = await startWithVersions(t, '1');
  await operator.rootfs.promote('cflinuxfs4', '1');
  const droplet = await tinyDroplet(t, 'hello');
  await putDroplet(operator, 'some-app', droplet);
  const stream = await listenTo(t, url);
  await stream.next('of figures', figures);
  for (let i = 0; i < 5; i++) await ask(`${url}/v2/cloudfoundry/some-app/manifests/${droplet.sha1}`);
  const { data, id } = await stream.next('of requests', ({ event, data: told }) => {
    const { manifests } = (told['requests'] ?? {}) as Record<string, { count: number; p50?: number }>;
    return event === 'state' && manifests?.count === 5 && manifests.p50 !== undefined;
  });
  t.is(id, undefined);
  t.like(data, { conversions: { running: 0 }, stores: { own: { failures: 0 } } });
});

test('who comes back hears what happened meanwhile', async (t) => {
  const { url, operator, data } = await startWithVersions(t, '1', '2');
  const first = await listenTo(t, url);
  const start = first.lastId();
  first.close();
  await operator.rootfs.promote('cflinuxfs4', '1');
  const stranger = await other(t, data);
  await stranger.rootfs.promote('cflinuxfs4', '2');
  const again = await listenTo(t, url, { lastId: start });
  await again.next('of our own', promotion('1'));
  await again.next('of another', promotion('2'));
  t.false(again.events.some(({ event }) => event === 'reset'));
  const elsewhere = await listenTo(t, url, { lastId: 'deadbeef-1' });
  await elsewhere.next('that something was missed', ({ event }) => event === 'reset');
});

test('a stop ends all streams at once, and none begins', async (t) => {
  const { url, serving } = await startFacade(t);
  const streams = await Promise.all([listenTo(t, url), listenTo(t, url)]);
  const start = performance.now();
  const stopped = serving.stop({ delayMs: 3_000, graceMs: 60_000 });
  await Promise.all(streams.map((stream) => stream.ended));
  // It may be gone by then.
  const late = await ask(`${url}/api/v1/events`).catch(() => undefined);
  t.is(late?.status ?? 503, 503);
  await stopped;
  t.true(performance.now() - start < 30_000, 'nobody waited for the grace');
});

test('so many may listen, and a place that is left is free', async (t) => {
  const { url } = await startFacade(t);
  const half = (from: string) => Promise.all(Array.from({ length: 32 }, () => listenTo(t, url, { from })));
  const refused = async (from: string, why: RegExp): Promise<void> => {
    const answer = await ask(`${url}/api/v1/events`, { from });
    t.is(answer.status, 429);
    t.is(errorCode(answer), 'TOOMANYREQUESTS');
    t.regex(answer.body.toString(), why);
  };
  const streams = await half('127.0.0.1');
  await refused('127.0.0.1', /You listen 32 times/);
  streams.push(...(await half('127.0.0.2')));
  t.true(streams.every(({ status }) => status === 200));
  await refused('127.0.0.3', /64 listen to events already/);
  streams[0]?.close();
  for (;;) {
    const next = await listenTo(t, url);
    if (next.status === 200) break;
    await delay(20);
  }
  t.pass();
});

test('a question for the head alone is answered at once', async (t) => {
  const { url } = await startFacade(t);
  const head = await ask(`${url}/api/v1/events`, { method: 'HEAD' });
  t.is(head.status, 200);
  t.is(head.headers['content-type'], 'text/event-stream');
});

test('who does not read is cut off, and others hear all', async (t) => {
  const { url, facade, lines } = await startFacade(t);
  const stream = await listenTo(t, url);
  const lazy = await listenTo(t, url);
  lazy.pause();
  const said = { user: 'u'.repeat(60_000), action: 'place', outcome: 'done' } as const;
  const isCut = (): boolean =>
    lines.some((line) => line.includes('/api/v1/events') && line.includes('"cut":true'));
  // Some megabytes fit into the sockets.
  let told = 0;
  for (; !isCut() && told < 2_000; told++) {
    await facade.audit.write(said);
    await delay(1);
  }
  t.true(told < 2_000, 'it was cut');
  const heard = (): number => stream.events.filter(({ event }) => event === 'stack').length;
  await stream.next('the last one', () => heard() === told);
});
