import type { Owner } from '../../test/helpers/owner.ts';
import { foundation, type Foundation } from '../../test/helpers/kubernetes/foundation.ts';
import { growth, quantile, samplesOf, type Samples } from './scrape.ts';
import { usageOf, usedBetween, type Usage } from './usage.ts';
import { watchedPatcher, type WatchedPatcher } from './watched-patcher.ts';

/** Seconds after which a roll is not waited for any longer. */
const longest = 1800;

/** A roll of so many StatefulSets of one instance: a real control plane and facade, and nodes that are simulated. */
export async function rollFleet(owner: Owner, apps: number): Promise<string> {
  const began = performance.now();
  const made = await foundation(owner, {
    guids: Array.from({ length: apps }, (_, i) => `app-${String(i).padStart(5, '0')}`),
    nodes: 100,
    warm: true,
    imageId: 'containerd-2',
    rollout: {
      waves: [{}],
      maxInFlight: { apps: 200, perNode: 50 },
      soak: '5s',
      progressDeadlineSeconds: 600,
    },
    controlPlane: { flags: { controllerManager } },
  });
  say(`${apps} apps run after ${seconds(performance.now() - began)} s`);
  const { cluster, served, stack } = made;
  const patcher = await watchedPatcher(owner, cluster.kubeconfig('patcher'), served());
  await stack.until('idle', ({ phase }) => phase === 'Idle', 300);
  const sees = () => see(made, patcher);
  const before = await sees();
  await stack.ask('2.0');
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', longest);
  const after = await sees();
  await patcher.stop();
  const took = (Date.parse(roll?.endedAt ?? '') - Date.parse(roll?.startedAt ?? '')) / 1000;
  const done = roll?.counts.done ?? 0;
  return [
    `${done} of ${apps} apps rolled in ${took.toFixed(0)} s: ${(done / took).toFixed(1)} pods a second, ${roll?.failures.length} failures.`,
    `A look of the patcher takes ${quantile(before.own, after.own, look, 0.5)} s at most in half of all cases, ${quantile(before.own, after.own, look, 0.99)} s in 99 of 100.`,
    '',
    programsTable(usedBetween(before.usage, after.usage), took),
    requestsTable('requests of the patcher', growth(before.own, after.own, ownRequests), done),
    requestsTable('requests to the API server, of all', byVerb(before.server, after.server), done),
  ].join('\n');
}

const look = 'dropstack_patcher_look_duration_seconds';
const ownRequests = 'dropstack_kubernetes_request_duration_seconds_count';

/** Without them its own patience is what is measured. */
const controllerManager = [
  '--kube-api-qps=2000',
  '--kube-api-burst=4000',
  '--concurrent-statefulset-syncs=20',
];

type Sight = { usage: Usage; own: Samples; server: Samples };

async function see({ cluster, served, nodes }: Foundation, patcher: WatchedPatcher): Promise<Sight> {
  const { apiServer, etcd, controllerManager: controllers } = cluster.parts;
  const programs = {
    patcher: patcher.pid,
    facade: served().pid,
    'API server': apiServer.pid() ?? 0,
    etcd: etcd.pid() ?? 0,
    'controller manager': controllers.pid() ?? 0,
    'simulated nodes': nodes.pid,
  };
  const [usage, own, server] = await Promise.all([
    usageOf(programs),
    patcher.samples(),
    cluster.kubectl('get', '--raw', '/metrics').then(({ stdout }) => samplesOf(stdout)),
  ]);
  return { usage, own, server };
}

/** Without codes and groups. */
function byVerb(before: Samples, after: Samples): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [labels, count] of growth(before, after, 'apiserver_request_total')) {
    const [verb, resource, part] = ['verb', 'resource', 'subresource'].map(
      (name) => new RegExp(`[{,]${name}="([^"]*)"`).exec(labels)?.[1] ?? '',
    );
    const key = `${verb} ${resource}${part === '' ? '' : `/${part}`}`;
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return sums;
}

function programsTable(usage: Usage, took: number): string {
  const rows = Object.entries(usage).map(
    ([name, { cpuSeconds, peakRss }]) =>
      `| ${name} | ${cpuSeconds.toFixed(1)} | ${(cpuSeconds / took).toFixed(2)} | ${(peakRss / 2 ** 20).toFixed(0)} MiB |`,
  );
  return ['| program | CPU, s | cores | peak RSS |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function requestsTable(title: string, counts: ReadonlyMap<string, number>, apps: number): string {
  const rows = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 16)
    .map(([name, count]) => `| ${name} | ${count} | ${(count / apps).toFixed(2)} |`);
  return [`| ${title} | number | per app |`, '|---|---|---|', ...rows, ''].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(0);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
