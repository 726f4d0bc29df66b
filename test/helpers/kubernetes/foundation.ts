import { join } from 'node:path';
import type { Identified } from '../../../src/operator/operator.ts';
import { basic } from '../basic.ts';
import type { Owner } from '../owner.ts';
import { startServe, type Served } from '../serve.ts';
import type { Running } from '../start.ts';
import { tempDir } from '../temp.ts';
import { tinyRootfs } from '../tiny.ts';
import { clusterApi } from './cluster-api.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { fleetDroplets } from './fleet-droplets.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { lastingPort } from './lasting-port.ts';
import { rolloutObjects } from './rollout-objects.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { simulatedNodes, type SimulatedNodes } from './simulated-nodes.ts';
import { stackHandle, type StackHandle } from './stack-handle.ts';
import { startPatcher } from './start-patcher.ts';
import { warmFleet } from './warm-fleet.ts';

type Options = Omit<Partial<Parameters<typeof simulatedNodes>[2]>, 'facade'> &
  Omit<Partial<Parameters<typeof createFleet>[1]>, 'apps'> & {
    guids: readonly string[];
    /** of the `Stack`, beside what every test has: quick waves */
    rollout?: object;
    controlPlane?: Parameters<typeof startControlPlane>[1];
    /** whether all images are made before their pods ask for them */
    warm?: boolean;
  };

export type Foundation = {
  cluster: ControlPlane;
  api: SimulatedApi;
  /** the end of its owner */
  over: AbortSignal;
  served: () => Served;
  /** the directory of its droplets: see `fleetDroplets` */
  source: string;
  /** Starts the facade again on the same port. */
  serveAgain: () => Promise<void>;
  nodes: SimulatedNodes;
  fleet: Fleet;
  apps: { guid: string; image: string }[];
  /** Another patcher, with rights of its own and no more. */
  startPatcher: (flags?: Parameters<typeof startPatcher>[3]) => Running;
  stack: StackHandle;
  /** guid → the rootfs versions that its pods run, by their image IDs */
  running: () => Promise<Map<string, string[]>>;
  pods: () => Promise<FoundationPod[]>;
};

export type FoundationPod = {
  metadata: {
    name: string;
    uid: string;
    labels: Record<string, string>;
    deletionTimestamp?: string;
    creationTimestamp: string;
  };
  spec: { nodeName?: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: {
      imageID: string;
      restartCount: number;
      state: { waiting?: { reason: string } };
    }[];
  };
};

/**
 * Apps over rootfs 1.0 on simulated nodes of a real control plane, a real facade that has 2.0 too, the `Stack`, and a
 * patcher's rights. No patcher runs yet.
 */
export async function foundation(
  owner: Owner,
  { guids, rollout = {}, controlPlane = {}, warm = false, ...wishes }: Options,
): Promise<Foundation> {
  const data = join(await tempDir(owner), 'data');
  const source = join(await tempDir(owner), 'source');
  const apps = await fleetDroplets(source, 'registry.test', guids);
  const config = { source, listen: `127.0.0.1:${await lastingPort()}` };
  const serve = (): Promise<Served> => startServe(owner, { data, config });
  const [first, cluster] = await Promise.all([
    serve(),
    startControlPlane(owner, { controllers: true, ...controlPlane }),
  ]);
  let served = first;
  await served.cli('rootfs', 'import', 'cflinuxfs4', '1.0', await tinyRootfs(owner, 'one'), '--promote');
  await served.cli('rootfs', 'import', 'cflinuxfs4', '2.0', await tinyRootfs(owner, 'two'));
  if (warm) await warmFleet(served, apps, '1.0');
  await cluster.apply(...(await rolloutObjects()));
  await cluster.kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
  await cluster.apply(stackOf(rollout));
  const { access, api, over } = clusterApi(owner, cluster);
  const facade = { ...served.puller, name: 'registry.test' };
  const nodes = await simulatedNodes(owner, access, { nodes: 5, hurry: 50, facade, ...wishes });
  const fleet = await createFleet(api, { ...wishes, apps });
  await fleet.waitUntilReady();

  const pods = async (): Promise<FoundationPod[]> => {
    const path = `/api/v1/namespaces/${fleet.namespace}/pods`;
    return (await api.send<{ items: FoundationPod[] }>('GET', path)).items;
  };
  return {
    cluster,
    api,
    over,
    served: () => served,
    source,
    serveAgain: async () => {
      served = await serve();
    },
    nodes,
    fleet,
    apps,
    startPatcher: (flags) => startPatcher(owner, cluster.kubeconfig('patcher'), served, flags),
    stack: stackHandle(api),
    running: () => running(served, pods),
    pods,
  };
}

function stackOf(rollout: object): object {
  return {
    apiVersion: 'dropstack.dev/v1alpha1',
    kind: 'Stack',
    metadata: { name: 'cflinuxfs4' },
    spec: {
      rootfs: { version: '1.0' },
      registries: ['registry.test'],
      rollout: {
        waves: [{ percent: 30 }, {}],
        soak: '1s',
        minReadySeconds: 1,
        progressDeadlineSeconds: 20,
        ...rollout,
      },
    },
  };
}

async function running(
  { host, admin }: Served,
  list: () => Promise<FoundationPod[]>,
): Promise<Map<string, string[]>> {
  const images = (await list()).map(({ metadata: { labels }, status }) => ({
    guid: labels['cloudfoundry.org/guid'] ?? '',
    digest: `sha256:${/[0-9a-f]{64}$/.exec(status.containerStatuses?.[0]?.imageID ?? '')?.[0] ?? '0'.repeat(64)}`,
  }));
  const answer = await fetch(`http://${host}/api/v1/images/identify`, {
    method: 'POST',
    headers: { authorization: basic(admin), 'content-type': 'application/json' },
    body: JSON.stringify({ images }),
  });
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  const versions = new Map(
    lines.map((line) => {
      const { guid, digest, origin } = JSON.parse(line) as Identified;
      return [`${guid} ${digest}`, origin?.rootfs.version ?? 'none'];
    }),
  );
  const found = new Map<string, string[]>();
  for (const { guid, digest } of images)
    found.set(guid, [...(found.get(guid) ?? []), versions.get(`${guid} ${digest}`) ?? 'none']);
  return found;
}
