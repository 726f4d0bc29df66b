import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ApiError, type SimulatedApi } from './simulated-api.ts';

type Options = {
  /** an app for each; `image` is `<registry>/cloudfoundry/<guid>:<hash>` */
  apps: readonly { guid: string; image: string }[];
  namespace?: string;
  instances?: number;
  kind?: 'StatefulSet' | 'Deployment';
  /** a disruption budget for each app of two instances or more, as Eirini makes them */
  budgets?: boolean;
  /** a second container of the same image, which pulls only where it is missing */
  sidecar?: boolean;
  /** an init container of the same image, which pulls always */
  init?: boolean;
};

export type Fleet = {
  namespace: string;
  /** Polls until that many of its pods are ready; all without a number. */
  waitUntilReady: (pods?: number) => Promise<void>;
};

/** How many requests are under way at once. */
const width = 16;

/** Creates workloads as Eirini makes them of apps: their labels, names and policies are its. Each is named as its guid. */
export async function createFleet(api: SimulatedApi, options: Options): Promise<Fleet> {
  const { apps, namespace = 'cf-workloads', instances = 1, kind = 'StatefulSet', budgets = false } = options;
  await createNamespace(api, namespace);
  const limit = pLimit(width);
  const create = async (app: Options['apps'][number]): Promise<void> => {
    const workload = { apiVersion: 'apps/v1', kind, ...body(app, options, instances, kind) };
    const collection = kind === 'StatefulSet' ? 'statefulsets' : 'deployments';
    await api.send('POST', `/apis/apps/v1/namespaces/${namespace}/${collection}`, { body: workload });
    if (!budgets || instances < 2) return;
    const budget = { metadata: { name: app.guid }, spec: { minAvailable: 1, selector: selector(app.guid) } };
    await api.send('POST', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, { body: budget });
  };
  await Promise.all(apps.map((app) => limit(create, app)));
  const guids = new Set(apps.map(({ guid }) => guid));
  const ending = kind === 'StatefulSet' ? /-\d+$/ : /-[^-]+-[^-]+$/;
  const isOurs = (pod: string): boolean => guids.has(pod.replace(ending, ''));
  return {
    namespace,
    waitUntilReady: async (pods = apps.length * instances) => {
      while ((await readyPods(api, namespace)).filter(isOurs).length < pods) await delay(250);
    },
  };
}

async function createNamespace(api: SimulatedApi, name: string): Promise<void> {
  try {
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}

function body(
  { guid, image }: Options['apps'][number],
  { sidecar = false, init = false }: Options,
  replicas: number,
  kind: string,
): object {
  const labels = labelsOf(guid);
  const containers = [
    { name: 'opi', image, imagePullPolicy: 'Always', ports: [{ containerPort: 8080 }] },
    ...(sidecar ? [{ name: 'sidecar', image }] : []),
  ];
  return {
    metadata: { name: guid, labels },
    spec: {
      replicas,
      selector: selector(guid),
      ...(kind === 'StatefulSet' ? { serviceName: '', podManagementPolicy: 'Parallel' } : {}),
      template: {
        metadata: { labels },
        spec: {
          ...(init ? { initContainers: [{ name: 'init', image, imagePullPolicy: 'Always' }] } : {}),
          containers,
          automountServiceAccountToken: false,
          imagePullSecrets: [{ name: 'registry-credentials' }],
          securityContext: { runAsNonRoot: true },
        },
      },
    },
  };
}

function labelsOf(guid: string): Record<string, string> {
  const values = {
    guid,
    version: 'v1',
    app_guid: guid,
    process_type: 'web',
    source_type: 'APP',
    'rootfs-version': 'v1',
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`cloudfoundry.org/${name}`, value]),
  );
}

function selector(guid: string): object {
  const { 'cloudfoundry.org/guid': own, ...rest } = labelsOf(guid);
  const keys = ['cloudfoundry.org/version', 'cloudfoundry.org/source_type'] as const;
  const others = Object.fromEntries(keys.map((key) => [key, rest[key]]));
  return { matchLabels: { 'cloudfoundry.org/guid': own, ...others } };
}

/** Their names, by the table for people, which is a hundredth of the pods themselves. */
async function readyPods(api: SimulatedApi, namespace: string): Promise<string[]> {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const path = `/api/v1/namespaces/${namespace}/pods?includeObject=None&resourceVersion=0`;
  const { rows } = await api.send<{ rows: { cells: unknown[] }[] | null }>('GET', path, { accept });
  return (rows ?? []).filter(({ cells }) => isReady(cells)).map(({ cells: [name] }) => String(name));
}

function isReady([, ready, status]: unknown[]): boolean {
  const [some, all] = String(ready).split('/');
  return some === all && status === 'Running';
}
