import { createHash } from 'node:crypto';

export const registry = 'registry.test';
export const namespace = 'cf-workloads';
const nodes = 250;

/** A pod as far as it changes. */
export type PodState = {
  app: number;
  ordinal: number;
  /** how many there were of its name before */
  life: number;
  version: number;
  createdAt: string;
  isBound: boolean;
  isLeaving: boolean;
  /** of the rootfs; undefined until it was pulled */
  runs: string | undefined;
  readySince: string | undefined;
};

export function guidOf(app: number): string {
  return `${hex(`guid ${app}`, 8)}-4a4a-4b4b-8c8c-${String(app).padStart(12, '0')}`;
}

export function hashOf(guid: string): string {
  return hex(`droplet ${guid}`, 40);
}

/** Of the manifest of a droplet over a rootfs version. */
export function digestOf(guid: string, version: string): string {
  return `sha256:${hex(`${guid} ${version}`, 64)}`;
}

export function podName({ app, ordinal }: Pick<PodState, 'app' | 'ordinal'>): string {
  return `${guidOf(app)}-${ordinal}`;
}

export function podUid({ app, ordinal, life }: Pick<PodState, 'app' | 'ordinal' | 'life'>): string {
  return uid(`pod ${app} ${ordinal} ${life}`);
}

/** Some 4 kB, as an API server gives a pod of Eirini's. */
export function podText(pod: PodState): string {
  const guid = guidOf(pod.app);
  const labels = labelsOf(guid);
  return JSON.stringify({
    metadata: {
      name: podName(pod),
      generateName: `${guid}-`,
      namespace,
      uid: podUid(pod),
      resourceVersion: String(pod.version),
      creationTimestamp: pod.createdAt,
      ...(pod.isLeaving
        ? { deletionTimestamp: new Date().toISOString(), deletionGracePeriodSeconds: 30 }
        : {}),
      labels: { ...labels, 'controller-revision-hash': `${guid}-5d8c7b9f6c` },
      annotations,
      ownerReferences: [owner('StatefulSet', guid, uid(`set ${pod.app}`))],
      managedFields,
    },
    spec: {
      ...template(guid),
      ...(pod.isBound ? { nodeName: nodeOf(pod) } : {}),
      hostname: podName(pod),
      schedulerName: 'default-scheduler',
    },
    status: statusOf(pod, guid),
  });
}

export function setText(app: number, version: number): string {
  const guid = guidOf(app);
  const labels = labelsOf(guid);
  return JSON.stringify({
    metadata: {
      name: guid,
      namespace,
      uid: uid(`set ${app}`),
      resourceVersion: String(version),
      creationTimestamp: birth,
      labels,
      annotations,
      managedFields,
    },
    spec: {
      replicas: 2,
      serviceName: '',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec: template(guid) },
    },
    status: { replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2 },
  });
}

export function budgetText(app: number, version: number): string {
  const guid = guidOf(app);
  return JSON.stringify({
    metadata: {
      name: guid,
      namespace,
      uid: uid(`budget ${app}`),
      resourceVersion: String(version),
      creationTimestamp: birth,
      labels: labelsOf(guid),
      ownerReferences: [owner('StatefulSet', guid, uid(`set ${app}`))],
    },
    spec: { minAvailable: 1, selector: { matchLabels: labelsOf(guid) } },
    status: { expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1 },
  });
}

export const birth = new Date(Date.now() - 86_400_000).toISOString();

function statusOf(pod: PodState, guid: string): object {
  const { runs, readySince, createdAt } = pod;
  const times = { lastProbeTime: null, lastTransitionTime: createdAt };
  const ready = {
    status: readySince === undefined ? 'False' : 'True',
    lastTransitionTime: readySince ?? createdAt,
  };
  const image = imageOf(guid);
  const container = {
    name: 'opi',
    image,
    imageID: runs === undefined ? '' : `${registry}/cloudfoundry/${guid}@${digestOf(guid, runs)}`,
    restartCount: 0,
    ready: readySince !== undefined,
    started: runs !== undefined,
    state:
      runs === undefined
        ? { waiting: { reason: 'ContainerCreating' } }
        : { running: { startedAt: createdAt } },
  };
  return {
    phase: runs === undefined ? 'Pending' : 'Running',
    conditions: [
      { type: 'Initialized', status: 'True', ...times },
      { type: 'Ready', ...ready },
      { type: 'ContainersReady', ...ready },
      { type: 'PodScheduled', status: pod.isBound ? 'True' : 'False', ...times },
    ],
    hostIP: '10.0.0.1',
    podIP: '10.1.2.3',
    startTime: createdAt,
    containerStatuses: [container],
    qosClass: 'Burstable',
  };
}

function template(guid: string): object {
  const environment = [
    'VCAP_APPLICATION',
    'VCAP_SERVICES',
    'CF_INSTANCE_GUID',
    'START_COMMAND',
    'LANG',
    'PATH',
  ];
  return {
    containers: [
      {
        name: 'opi',
        image: imageOf(guid),
        imagePullPolicy: 'Always',
        command: ['dumb-init', '--', '/lifecycle/launch'],
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env: environment.map((name) => ({ name, value: `${name} of ${guid}, as long as such values are` })),
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '10m', memory: '512Mi' } },
        livenessProbe: {
          tcpSocket: { port: 8080 },
          timeoutSeconds: 1,
          periodSeconds: 10,
          failureThreshold: 4,
        },
        readinessProbe: {
          tcpSocket: { port: 8080 },
          timeoutSeconds: 1,
          periodSeconds: 10,
          failureThreshold: 1,
        },
        terminationMessagePath: '/dev/termination-log',
        securityContext: { allowPrivilegeEscalation: false },
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'default-image-pull-secret' }],
    securityContext: { runAsNonRoot: true },
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'eirini',
  };
}

function imageOf(guid: string): string {
  return `${registry}/cloudfoundry/${guid}:${hashOf(guid)}`;
}

function nodeOf({ app, ordinal }: PodState): string {
  return `node-${(app + ordinal * 7) % nodes}`;
}

function labelsOf(guid: string): Record<string, string> {
  return {
    'cloudfoundry.org/guid': guid,
    'cloudfoundry.org/version': 'v1',
    'cloudfoundry.org/app_guid': guid,
    'cloudfoundry.org/process_type': 'web',
    'cloudfoundry.org/source_type': 'APP',
  };
}

const annotations = {
  'cloudfoundry.org/application_name': 'an-app',
  'cloudfoundry.org/space_name': 'a-space',
  'cloudfoundry.org/org_name': 'an-org',
  'cloudfoundry.org/routes': '[{"hostname":"an-app.example.org","port":8080}]',
};

const managedFields = ['kube-controller-manager', 'kubelet'].map((manager) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-11-21T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`f:field-${i}`, { '.': {}, 'f:first': {}, 'f:second': {} }]),
  ),
}));

function owner(kind: string, name: string, id: string): object {
  return { apiVersion: 'apps/v1', kind, name, uid: id, controller: true, blockOwnerDeletion: true };
}

function uid(text: string): string {
  const digits = hex(text, 32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
}

function hex(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
