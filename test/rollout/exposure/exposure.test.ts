import test from 'ava';
import { sha256 } from '../../../src/oci/digest.ts';
import { exposureOf } from '../../../src/rollout/exposure/exposure.ts';
import { parseRunningPod, type RunningPod } from '../../../src/rollout/exposure/running-pod.ts';
import type { Identify } from '../../../src/rollout/fleet/identity.ts';
import type { Package } from '../../../src/rootfs/contents/contents.ts';

const hash = 'a'.repeat(40);
const digests = { '1': sha256('1'), '2': sha256('2') };

const identify: Identify = (_guid, digest) => {
  const version = digest === digests['1'] ? '1' : digest === digests['2'] ? '2' : undefined;
  return version === undefined ? 'unknown' : { stack: 'cflinuxfs4', version, hash };
};

type Wishes = { imageID?: string; startedAt?: string; phase?: string; restartPolicy?: string };

/** As the API server gives it. */
function object(name: string, { imageID = '', startedAt, phase = 'Running', restartPolicy }: Wishes): object {
  const image = `registry.test/cloudfoundry/${name}:${hash}`;
  const state = startedAt === undefined ? { waiting: {} } : { running: { startedAt } };
  return {
    metadata: {
      namespace: 'apps',
      name: `${name}-0`,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      containers: [
        { name: 'opi', image },
        { name: 'other', image: 'elsewhere/any:1' },
      ],
      restartPolicy,
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' }],
      containerStatuses: [
        { name: 'other', imageID: 'x', state: { running: { startedAt: '2025-01-01T00:00:00Z' } } },
        { name: 'opi', imageID, state },
      ],
    },
  };
}

function running(name: string, wishes: Wishes): RunningPod[] {
  const found = parseRunningPod(object(name, wishes), new Set(['registry.test']));
  return found === undefined ? [] : [found];
}

const libssl: Package = { name: 'libssl3', version: '3.0', architecture: 'amd64', manager: 'dpkg' };
const pods = [
  ...running('old-b', { imageID: `registry.test/x@${digests['1']}`, startedAt: '2026-01-03T00:00:00Z' }),
  ...running('old-a', { imageID: digests['1'] }),
  ...running('new-a', { imageID: digests['2'], startedAt: '2026-01-04T00:00:00Z' }),
  ...running('foreign', { imageID: sha256('else') }),
  ...running('coming', {}),
  ...running('task', { imageID: digests['1'], restartPolicy: 'Never' }),
];

test('pods are told by what their nodes prove, since when, tasks among them', (t) => {
  const { versions, counts, pods: told } = exposureOf(pods, identify, undefined);
  t.deepEqual(versions, [
    { version: '1', verdict: 'clear', pods: 3, apps: 3, since: '2026-01-02T00:00:00.000Z', packages: [] },
    { version: '2', verdict: 'clear', pods: 1, apps: 1, since: '2026-01-04T00:00:00Z', packages: [] },
  ]);
  t.deepEqual(counts, {
    exposed: { pods: 0, apps: 0 },
    clear: { pods: 4, apps: 4 },
    unknown: { pods: 2, apps: 2 },
  });
  t.deepEqual(
    told.map(({ guid, version, doubt, task }) => [guid, version ?? doubt, task]),
    [
      ['coming', 'pending', false],
      ['foreign', 'unknown', false],
      ['new-a', '2', false],
      ['old-a', '1', false],
      ['old-b', '1', false],
      ['task', '1', true],
    ],
  );
});

test('asked for a package, who has it is exposed, and of whose packages nobody knows is unknown', (t) => {
  const { counts, versions } = exposureOf(
    pods,
    identify,
    new Map([
      ['1', [libssl]],
      ['2', undefined],
    ]),
  );
  t.deepEqual(counts, {
    exposed: { pods: 3, apps: 3 },
    clear: { pods: 0, apps: 0 },
    unknown: { pods: 3, apps: 3 },
  });
  t.deepEqual(versions[0]?.packages, [{ name: 'libssl3', version: '3.0' }]);
  t.is(
    exposureOf(
      pods,
      identify,
      new Map([
        ['1', []],
        ['2', [libssl]],
      ]),
    ).counts.exposed.pods,
    1,
  );
});

test('what is over runs nothing, and what is not ours is not told', (t) => {
  t.deepEqual(running('task', { imageID: digests['1'], phase: 'Succeeded' }), []);
  t.deepEqual(running('gone', { imageID: digests['1'], phase: 'Failed' }), []);
  t.is(parseRunningPod(object('app', {}), new Set(['elsewhere.test'])), undefined);
});
