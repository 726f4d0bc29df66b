import test, { type ExecutionContext } from 'ava';
import type { Fleet } from '../../../../bench/load/fleet/fleet.ts';
import { startFleet } from '../../../../bench/load/fleet/start-fleet.ts';
import { cuttingProxy } from '../../../helpers/cutting-proxy.ts';
import { faultProxy, type FaultProxy } from '../../../helpers/fault-proxy.ts';
import { deadPort } from '../../../helpers/dead-port.ts';
import { serveDroplets } from './droplets-served.ts';

const stack = new AsyncDisposableStack();
const served = serveDroplets(stack);
test.after.always(() => stack.disposeAsync());

/** Longer than a start is waited for: there is one attempt. */
const never = 60_000;

const manifests = { method: 'GET', path: /\/manifests\// };
const blobs = { path: /\/blobs\// };

test('429 and 503 are repeated at once, and counted as errors', async (t) => {
  const { fleet, proxy, starts } = await behindFaults(t);
  // With the challenge these are all the attempts that there are.
  proxy.next(3, { kind: 'answer', status: 429 }, { method: 'HEAD' });
  proxy.next(1, { kind: 'answer', status: 503 }, blobs);
  const { pulls, kinds, retries, backoffs } = await fleet.run(starts);
  t.is(pulls.done, 1, JSON.stringify(pulls));
  t.is(retries, 4);
  t.is(backoffs, 0);
  t.deepEqual(kinds.config.errors, { 503: 1 });
  t.is(kinds.config.requests, 2);
});

test('A pull that fails is repeated by the kubelet until it succeeds', async (t) => {
  const { fleet, proxy, starts } = await behindFaults(t);
  // Twice as many as containerd takes.
  proxy.next(4, { kind: 'answer', status: 503 }, manifests);
  const { pulls, kinds, retries, backoffs, pull } = await fleet.run(starts);
  t.is(pulls.done, 1, JSON.stringify(pulls));
  t.deepEqual({ retries, backoffs }, { retries: 2, backoffs: 2 });
  t.is(kinds['manifest-head'].requests, 3);
  // 50 and 100 milliseconds.
  t.true(pull.minNonZeroValue >= 150_000, `${pull.minNonZeroValue} µs`);
});

test('A start that has no success for too long is given up, with its reason', async (t) => {
  const { fleet, proxy, starts } = await behindFaults(t);
  proxy.random(1, [{ kind: 'answer', status: 500 }], blobs);
  const { pulls, backoffs, pull } = await fleet.run(starts, { giveUpMs: 5000 });
  t.deepEqual(pulls, { wanted: 1, done: 0, failed: 1, reasons: { 'config: 500': 1 } });
  t.true(backoffs > 0);
  t.is(pull.totalCount, 0);
});

test('A pull that hangs is broken off when its time is over', async (t) => {
  const { fleet, proxy, starts } = await behindFaults(t, never);
  proxy.random(1, [{ kind: 'stall', after: 10 }], blobs);
  const { pulls, kinds } = await fleet.run(starts, { giveUpMs: 5000 });
  t.deepEqual(pulls.reasons, { 'given up': 1 });
  t.deepEqual(kinds.config.errors, { ECANCELED: 1 });
});

test('Bytes with another digest are corrupt, and nothing of the image is kept', async (t) => {
  const { fleet, proxy, starts } = await behindFaults(t, never);
  proxy.random(1, [{ kind: 'corrupt', at: 50 }], blobs);
  const lied = await fleet.run(starts, { giveUpMs: 30_000 });
  t.is(lied.pulls.failed, 1);
  t.is(lied.corrupt, 1);
  t.deepEqual(lied.pulls.reasons, { 'config: corrupt': 1 });
  proxy.calm();
  const { pulls, kinds, corrupt } = await fleet.run(starts);
  t.is(pulls.done, 1);
  t.is(corrupt, 0);
  t.is(kinds['manifest-get'].requests, 1);
});

test('A layer whose connection is closed goes on where it was, and one that is reset does not', async (t) => {
  const { fleet, proxy, starts, size } = await behindFaults(t, never);
  const layer = { ...blobs, method: 'GET', ranged: false };
  // The config comes first, and is too short for it.
  proxy.random(1, [{ kind: 'truncate', after: 100_000 }], layer);
  const cut = await fleet.run(starts);
  t.is(cut.pulls.done, 1, JSON.stringify(cut.pulls));
  t.is(cut.resumed, 1);
  t.deepEqual(cut.kinds.layer.errors, { EOF: 1 });
  t.true(cut.kinds.layer.bytes >= size && cut.kinds.layer.bytes < size + 100_000, `${cut.kinds.layer.bytes}`);

  proxy.calm();
  proxy.random(1, [{ kind: 'reset', after: 100_000 }], layer);
  await fleet.forget();
  const reset = await fleet.run(starts, { giveUpMs: 30_000 });
  t.is(reset.resumed, 0);
  t.deepEqual(reset.pulls.reasons, { ECONNRESET: 1 });
});

test('A connection that a proxy cuts costs no image', async (t) => {
  const { server, put } = await served;
  const { host, hasCut } = await cuttingProxy(t, server.host, 200_000);
  const reference = await put(1_000_000);
  const fleet = await startFleet(t, { nodes: 1, registry: { hosts: [host], user: server.puller.user } });
  const { pulls, resumed } = await fleet.run([{ atMs: 0, node: 0, reference }]);
  t.true(hasCut());
  t.is(pulls.done, 1, JSON.stringify(pulls));
  t.is(resumed, 1);
});

test('A replica that is gone fails the attempts that meet it, and others follow', async (t) => {
  const { server, put } = await served;
  const gone = `127.0.0.1:${deadPort}`;
  const { host, user } = server.puller;
  const fleet = await startFleet(t, {
    nodes: 1,
    registry: { hosts: [gone, host, host, host], user },
    firstBackoffMs: 50,
  });
  const { pulls, kinds, backoffs } = await fleet.run([{ atMs: 0, node: 0, reference: await put() }]);
  t.is(pulls.done, 1, JSON.stringify(pulls));
  t.true(backoffs > 0);
  const refused = Object.values(kinds).reduce((sum, { errors }) => sum + (errors['ECONNREFUSED'] ?? 0), 0);
  t.is(refused, backoffs);
});

type BehindFaults = {
  fleet: Fleet;
  proxy: FaultProxy;
  starts: { atMs: number; node: number; reference: string }[];
  /** bytes of the droplet, at least */
  size: number;
};

/** One node, and one droplet that is not on it. */
async function behindFaults(t: ExecutionContext, firstBackoffMs = 50): Promise<BehindFaults> {
  const size = 300_000;
  const { server, put } = await served;
  const proxy = await faultProxy(t, Number(server.host.split(':')[1]));
  const registry = { hosts: [proxy.host], user: server.puller.user };
  const fleet = await startFleet(t, { nodes: 1, registry, firstBackoffMs });
  return { fleet, proxy, starts: [{ atMs: 0, node: 0, reference: await put(size) }], size };
}
