import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { digestOfImageId } from '../../src/rollout/fleet/image-id.ts';
import { basic } from '../helpers/basic.ts';
import { clusterApi } from '../helpers/kubernetes/cluster-api.ts';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { fleetDroplets } from '../helpers/kubernetes/fleet-droplets.ts';
import { createFleet } from '../helpers/kubernetes/fleet.ts';
import { lastingPort } from '../helpers/kubernetes/lasting-port.ts';
import { simulatedNodes } from '../helpers/kubernetes/simulated-nodes.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

export type Container = {
  name: string;
  imageID: string;
  restartCount: number;
  state: { waiting?: { reason: string }; running?: object };
  lastState?: { terminated?: object };
};
export type Pod = {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  spec: { nodeName?: string };
  status: {
    conditions?: { type: string; status: string }[];
    initContainerStatuses?: Container[];
    containerStatuses?: Container[];
  };
};

type Wishes = Partial<Parameters<typeof simulatedNodes>[2] & Parameters<typeof createFleet>[1]>;

/** A real control plane and a real facade, and apps of these guids on simulated nodes over 1.0; 2.0 is there too. */
export async function simulatedWorld(t: ExecutionContext, guids: readonly string[], wishes: Wishes = {}) {
  const data = join(await tempDir(t), 'data');
  const source = join(await tempDir(t), 'source');
  const apps = await fleetDroplets(source, 'registry.test', guids);
  const config = { source, listen: `127.0.0.1:${await lastingPort()}` };
  const serve = (): Promise<Served> => startServe(t, { data, config });
  const [served, controlPlane] = await Promise.all([serve(), startControlPlane(t, { controllers: true })]);
  await served.cli('rootfs', 'import', 'cflinuxfs4', '1.0', await tinyRootfs(t, 'one'), '--promote');
  await served.cli('rootfs', 'import', 'cflinuxfs4', '2.0', await tinyRootfs(t, 'two'));
  const { access, api, over } = clusterApi(t, controlPlane);
  const facade = { ...served.puller, name: 'registry.test' };
  const nodes = await simulatedNodes(t, access, { nodes: 5, hurry: 100, facade, ...wishes });
  const fleet = await createFleet(api, { ...wishes, apps });
  const path = `/api/v1/namespaces/${fleet.namespace}/pods`;
  const pods = async (): Promise<Pod[]> => (await api.send<{ items: Pod[] }>('GET', path)).items;
  const pod = async (name: string) => (await pods()).find(({ metadata }) => metadata.name === name);
  const remove = (name: string) => api.send('DELETE', `${path}/${name}`, { body: {} });
  const place = (version: string, guid: string) => served.cli('rootfs', 'place', 'cflinuxfs4', version, guid);
  return { controlPlane, served, serve, api, over, nodes, fleet, path, pods, pod, remove, place };
}

/** @returns what it gives once it gives anything */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; ; await delay(100)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
  }
}

/** The versions of the rootfs that a pod's containers run, init containers first, as the facade finds them by image ID. */
export async function versionsOf({ host, admin }: Served, { metadata, status }: Pod): Promise<string[]> {
  const guid = metadata.name.replace(/-\d+$/, '');
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const versions = containers.map(async ({ imageID }) => {
    const digest = digestOfImageId(imageID);
    if (digest === undefined) return 'none';
    const answer = await fetch(`http://${host}/api/v1/droplets/${guid}/images/${digest}`, {
      headers: { authorization: basic(admin) },
    });
    if (!answer.ok) throw new Error(`${guid} ${imageID}: ${answer.status}`);
    return ((await answer.json()) as { rootfs: { version: string } }).rootfs.version;
  });
  return Promise.all(versions);
}

export function isReady({ metadata, status }: Pod): boolean {
  const { deletionTimestamp } = metadata;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return deletionTimestamp === undefined && ready?.status === 'True';
}
