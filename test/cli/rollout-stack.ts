import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { apiVersion } from '../../src/rollout/stack/resource.ts';
import { stackStatus, type Roll, type StackStatus } from '../../src/rollout/stack/status.ts';
import { startControlPlane, type ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import type { Owner } from '../helpers/owner.ts';
import type { Output } from '../helpers/run.ts';
import { dropstack } from './dropstack.ts';

const definition = join(import.meta.dirname, '../../deploy/patcher/stacks.crd.yaml');

export const counts = { apps: 4, waiting: 1, moving: 1, done: 2, failed: 0, skipped: 0 };
const none = { apps: 0, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };

/** Of a wave that has settled, and one that has not begun. */
export const roll: Roll = {
  id: '20260101-000000-aaaa',
  kind: 'roll',
  from: '1.0',
  to: '2.0',
  asked: '2.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  waves: [
    {
      name: 'canary',
      percent: 10,
      approval: true,
      pauseSeconds: 0,
      counts: { ...none, apps: 1, done: 1 },
      startedAt: '2026-01-01T00:00:00.000Z',
      settledAt: '2026-01-01T00:10:00.000Z',
    },
    { name: 'rest', counts: none },
  ],
  counts,
  failures: [],
  acknowledged: 0,
};

/** Of a `Stack` in that roll. */
export const rolling: StackStatus = {
  phase: 'Rolling',
  message: '',
  observedGeneration: 1,
  roll,
  history: [],
  conditions: [],
};

export type StackWorld = {
  cluster: ControlPlane;
  /** Runs `dropstack rollout …` as the cluster's administrator. */
  rollout: (...args: string[]) => Promise<Output>;
  /** Writes what a patcher would; the generation is that of the spec now. */
  write: (status: Partial<StackStatus>) => Promise<void>;
  get: () => Promise<{ metadata: { annotations?: Record<string, string> }; spec: Spec }>;
};

type Spec = { rootfs: object; paused: boolean };

/** A cluster without nodes or patcher, with a `Stack` that asks for 2.0. */
export async function stackWorld(owner: Owner): Promise<StackWorld> {
  const cluster = await startControlPlane(owner);
  const { kubectl } = cluster;
  await cluster.apply(parse(await readFile(definition, 'utf8')) as object);
  await kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
  await cluster.apply({
    apiVersion,
    kind: 'Stack',
    metadata: { name: 'cflinuxfs4' },
    spec: {
      rootfs: { version: '2.0', source: { reference: 'registry.test/rootfs:2.0' } },
      registries: ['registry.test'],
      rollout: { waves: [{ name: 'canary', percent: 10, approval: true }, { name: 'rest' }] },
    },
  });
  const get = async () =>
    JSON.parse((await kubectl('get', 'stack', 'cflinuxfs4', '-o', 'json')).stdout) as Awaited<
      ReturnType<StackWorld['get']>
    > & { metadata: { generation: number } };
  return {
    cluster,
    rollout: (...args) => dropstack(['rollout', ...args, '--kubeconfig', cluster.kubeconfig('admin')]),
    write: async (part) => {
      const { generation } = (await get()).metadata;
      const status = stackStatus.parse({
        phase: 'Idle',
        message: '',
        observedGeneration: generation,
        history: [],
        conditions: [],
        ...part,
      });
      const patch = JSON.stringify([{ op: 'add', path: '/status', value: status }]);
      await kubectl('patch', 'stack', 'cflinuxfs4', '--subresource=status', '--type=json', '-p', patch);
    },
    get,
  };
}
