/** Two hundred apps, some of them bad, in three waves: what came of each, what it took, and what is told of it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Identified } from '../../src/operator/operator.ts';
import { digestOfImageId } from '../../src/rollout/fleet/image-id.ts';
import { charter } from '../../src/rollout/judge/charter.ts';
import { proof, type ProvenPod } from '../../src/rollout/judge/proof.ts';
import { fractionOf } from '../../src/rollout/plan/fraction.ts';
import { rolloutPlan } from '../../src/rollout/plan/plan.ts';
import { receipt } from '../../src/rollout/receipt/receipt.ts';
import { basic } from '../helpers/basic.ts';
import { foundation, type Foundation, type FoundationPod } from '../helpers/kubernetes/foundation.ts';
import { lastingPort } from '../helpers/kubernetes/lasting-port.ts';
import type { Rule } from '../helpers/kubernetes/simulated-behaviour.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const guids = Array.from({ length: 200 }, (_, at) => `app-${String(at).padStart(3, '0')}`);
/** Every second app has two instances. */
const instancesOf = (guid: string): number => 1 + (Number(guid.slice(4)) % 2);
const early = guids.filter((guid) => fractionOf(guid) < 0.2);
const later = guids.filter((guid) => fractionOf(guid) >= 0.2);
const never = [...early.slice(0, 1), ...later.slice(0, 2)];
const crashing = [...early.slice(1, 2), ...later.slice(2, 4)];
const unready = [...early.slice(2, 3), ...later.slice(4, 5)];
const looping = [...early.slice(3, 4), ...later.slice(5, 6)];
const failing = [...never, ...crashing].toSorted();

withCluster('two hundred apps roll in three waves, and exactly those fail that do worse', async (t) => {
  t.timeout(420_000);
  const worse: Rule[] = [
    ...never.map((guid) => ({ guid, version, neverReady: true })),
    ...crashing.map((guid) => ({ guid, version, crash: { afterMs: 2000 } })),
  ];
  const sick: Rule[] = [
    ...unready.map((guid) => ({ guid, neverReady: true })),
    ...looping.map((guid) => ({ guid, crash: { afterMs: 300 } })),
  ];
  const found = await foundation(t, {
    guids,
    nodes: 10,
    rollout: {
      waves: [{ name: 'canary', apps: 'auto' }, { percent: 20 }, {}],
      maxInFlight: { apps: 60, perNode: 8 },
      failureBudget: { count: 10 },
      minReadySeconds: 1,
      soak: '8s',
      progressDeadlineSeconds: 30,
    },
  });
  const { cluster, stack, nodes, fleet } = found;
  await scaleUp(found);
  await nodes.behave([...worse, ...sick]);
  await makeSick(found, [...unready, ...looping]);
  const sickPods = [...unready, ...looping].reduce((sum, guid) => sum + instancesOf(guid), 0);
  await fleet.waitUntilReady(300 - sickPods);

  const metricsListen = `127.0.0.1:${await lastingPort()}`;
  const before = await apiRequests(found);
  const patcher = found.startPatcher({ own: ['--metrics-listen', metricsListen] });
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  const started = Date.now();
  await stack.ask(version);
  const { roll, message } = await stack.until('completed', ({ phase }) => phase === 'Completed', 300);
  const seconds = (Date.now() - started) / 1000;
  const id = roll?.id ?? '';

  t.is(message, '194 of 200 apps run 2.0, 6 failed', patcher.log());
  t.deepEqual(roll?.failures.map(({ guid }) => guid).toSorted(), failing);
  t.deepEqual(
    roll?.waves.map(({ name }) => name),
    ['canary', '20%', 'wave 3'],
  );
  const where = (guid: string): string => (failing.includes(guid) ? '1.0' : version);
  const expected = guids.map((guid) => [guid, Array.from({ length: instancesOf(guid) }, () => where(guid))]);
  await expectRunning(t, found, Object.fromEntries(expected));
  const record = await found
    .served()
    .ask<{ promoted: string; placements: object }>('rootfs', 'show', 'cflinuxfs4');
  t.is(record.promoted, version);
  t.deepEqual(record.placements, Object.fromEntries(failing.map((guid) => [guid, '1.0'])));

  const papers = await get<{ paper: string }[]>(found, `/stacks/cflinuxfs4/rolls/${id}`);
  t.deepEqual(
    papers.map(({ paper }) => paper).toSorted(),
    [
      'plan.json',
      ...[0, 1, 2].map((wave) => `proof-${wave}-000.json`),
      'receipt.html',
      'receipt.json',
      ...[0, 1, 2].map((wave) => `wave-${wave}.json`),
    ].toSorted(),
  );
  const paper = (name: string) => get<unknown>(found, `/stacks/cflinuxfs4/rolls/${id}/${name}`);
  const plan = rolloutPlan.parse(await paper('plan.json'));
  t.like(plan, { apps: 200, pods: 300, from: '1.0', to: version });
  const charters = await Promise.all(
    [0, 1, 2].map(async (n) => charter.parse(await paper(`wave-${n}.json`))),
  );
  const entries = charters.flatMap((each) => each.entries);
  t.deepEqual(entries.map(({ guid }) => guid).toSorted(), guids);
  const broken = entries.filter((entry) => entry.broken).map(({ guid }) => guid);
  t.deepEqual(broken.toSorted(), [...unready, ...looping].toSorted());
  t.deepEqual(
    charters[0]?.entries.map(({ guid }) => guid),
    plan.canaries,
  );

  const proofs = await Promise.all(
    [0, 1, 2].map(async (n) => proof.parse(await paper(`proof-${n}-000.json`))),
  );
  await checkProofs(
    found,
    proofs.flatMap(({ pods }) => pods),
    (problem) => t.fail(problem),
  );
  const done = guids.filter((guid) => !failing.includes(guid));
  t.is(
    proofs.flatMap(({ pods }) => pods).length,
    done.reduce((sum, guid) => sum + instancesOf(guid), 0),
  );
  const kept = receipt.parse(await paper('receipt.json'));
  t.is(kept.outcome, 'Completed');
  t.deepEqual(kept.plan, plan);
  t.deepEqual(kept.actual.counts, roll?.counts);
  t.deepEqual(kept.proofs.length, 3);

  const reasons = await eventReasons(found);
  t.like(reasons, { RollStarted: 1, WaveStarted: 3, WaveFinished: 3, AppFailed: 6, Completed: 1 });

  const metrics = await (await fetch(`http://${metricsListen}/metrics`)).text();
  t.regex(metrics, /dropstack_roll_apps\{stack="cflinuxfs4",state="done"\} 194\n/);
  t.regex(metrics, /dropstack_roll_phase\{stack="cflinuxfs4",phase="Completed"\} 1\n/);
  t.regex(metrics, /dropstack_roll_steps_total\{kind="evict",outcome="evicted"\} \d{3}\n/);
  t.regex(metrics, /dropstack_patcher_leader 1\n/);

  const after = await apiRequests(found);
  const own = sumOf(metrics, /^dropstack_kubernetes_request_duration_seconds_count\{.*\} (\d+)$/gm);
  const peak = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${patcher.pid}/status`, 'utf8'))?.[1];
  t.log(
    `${seconds.toFixed(0)} s; ${after.evictions - before.evictions} evictions; the API server answered ` +
      `${after.all - before.all} requests, the patcher's were ${own}; its peak RSS is ${Math.round(Number(peak) / 1024)} MiB`,
  );
  t.true(own < 2000, `${own} requests of the patcher`);
  t.true(Number(peak) < 512 * 1024);
  await cluster.kubectl('get', 'stack', 'cflinuxfs4');
});

async function scaleUp({ api, fleet }: Foundation): Promise<void> {
  const limit = pLimit(16);
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets`;
  const type = 'application/merge-patch+json';
  const scale = (guid: string) =>
    limit(() => api.send('PATCH', `${path}/${guid}`, { body: { spec: { replicas: 2 } }, type }));
  await Promise.all(guids.filter((guid) => instancesOf(guid) === 2).map(scale));
  await fleet.waitUntilReady(300);
}

/** Ends pods of those that are to be sick, and waits until the others have been so for some time. */
async function makeSick({ api, fleet, pods }: Foundation, sick: readonly string[]): Promise<void> {
  const path = `/api/v1/namespaces/${fleet.namespace}/pods`;
  const old = (await pods()).filter(({ metadata: { labels } }) =>
    sick.includes(labels['cloudfoundry.org/guid'] ?? ''),
  );
  for (const { metadata } of old) await api.send('DELETE', `${path}/${metadata.name}`, { body: {} });
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  const isSick = ({ metadata }: FoundationPod): boolean =>
    !uids.has(metadata.uid) && Date.now() - Date.parse(metadata.creationTimestamp) > 8000;
  const names = new Set(old.map(({ metadata }) => metadata.name));
  const isThere = async () =>
    (await pods()).filter((pod) => names.has(pod.metadata.name) && isSick(pod)).length === names.size;
  for (const end = Date.now() + 60_000; !(await isThere()); await delay(200))
    if (Date.now() > end) throw new Error('Nobody fell sick within a minute');
}

/** Each is a pod that runs, as its node reports it, and the facade says of its image ID what the proof says. */
async function checkProofs(
  found: Foundation,
  proven: readonly ProvenPod[],
  fail: (problem: string) => void,
): Promise<void> {
  const running = new Map((await found.pods()).map((pod) => [pod.metadata.uid, pod]));
  const images = proven.map(({ guid, imageId }) => ({ guid, digest: digestOfImageId(imageId) ?? '' }));
  const answer = await request(found, '/images/identify', JSON.stringify({ images }));
  const lines = (await answer.text()).trim().split('\n');
  const versions = new Map<string, string | undefined>(
    lines.map((line) => {
      const { digest, origin } = JSON.parse(line) as Identified;
      return [digest, origin?.rootfs.version];
    }),
  );
  for (const { pod, uid, imageId, version: told } of proven) {
    if (running.get(uid)?.status.containerStatuses?.[0]?.imageID !== imageId)
      fail(`${pod} runs something else`);
    if (told !== version || versions.get(digestOfImageId(imageId) ?? '') !== told)
      fail(`${pod} is said to run ${told}: ${imageId}`);
  }
}

async function eventReasons({ cluster }: Foundation): Promise<Record<string, number>> {
  const { stdout } = await cluster.kubectl('get', 'events', '-n', 'default', '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: { reason: string; involvedObject: { kind: string } }[] };
  const reasons = items
    .filter(({ involvedObject }) => involvedObject.kind === 'Stack')
    .map(({ reason }) => reason);
  return Object.fromEntries(
    [...Map.groupBy(reasons, (reason) => reason)].map(([reason, { length }]) => [reason, length]),
  );
}

/** What the API server counts, of everybody. */
async function apiRequests({ cluster }: Foundation): Promise<{ all: number; evictions: number }> {
  const { stdout } = await cluster.kubectl('get', '--raw', '/metrics');
  return {
    all: sumOf(stdout, /^apiserver_request_total\{.*\} (\d+)$/gm),
    evictions: sumOf(stdout, /^apiserver_request_total\{.*code="201".*subresource="eviction".*\} (\d+)$/gm),
  };
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function get<T>(found: Foundation, path: string): Promise<T> {
  return (await (await request(found, path)).json()) as T;
}

async function request({ served }: Foundation, path: string, body?: string): Promise<Response> {
  const { host, admin } = served();
  const answer = await fetch(`http://${host}/api/v1${path}`, {
    headers: { authorization: basic(admin), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
