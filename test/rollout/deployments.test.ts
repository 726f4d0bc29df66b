/** Deployments: restarted by their own template where nothing owns them, by eviction elsewhere. */
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { pollPods } from '../helpers/kubernetes/poll-pods.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const free = ['free-0', 'free-1'];
const evicted = ['owned-0', 'paused-0', 'recreate-0'];
const guids = [...free, ...evicted, 'worse-0'];

withCluster(
  'Deployments replace their pods by themselves, but for those that are owned, paused, or to be evicted',
  async (t) => {
    const found = await foundation(t, {
      guids,
      kind: 'Deployment',
      rules: [{ guid: 'worse-0', version, neverReady: true }],
      rollout: { waves: [{}], minReadySeconds: 2, progressDeadlineSeconds: 15 },
    });
    const { api, fleet, startPatcher, stack } = found;
    const configMap = await api.send<{ metadata: { uid: string } }>(
      'POST',
      `/api/v1/namespaces/${fleet.namespace}/configmaps`,
      { body: { metadata: { name: 'owner' } } },
    );
    const owner = { kind: 'ConfigMap', apiVersion: 'v1', name: 'owner', uid: configMap.metadata.uid };
    await change(found, 'owned-0', { metadata: { ownerReferences: [{ ...owner, controller: true }] } });
    await change(found, 'recreate-0', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } });
    await change(found, 'paused-0', { spec: { paused: true } });
    const before = await templates(found);
    const over = new AbortController();
    t.teardown(() => over.abort());
    const polled = new Map(
      await Promise.all(
        guids.map(async (guid) => [guid, await pollPods(api, fleet.namespace, guid, over.signal)] as const),
      ),
    );
    const gaps = (guid: string): number => polled.get(guid)?.gaps().length ?? -1;

    const patcher = startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed');
    t.deepEqual(
      roll?.failures.map(({ guid }) => guid),
      ['worse-0'],
      patcher.log(),
    );
    const moved = guids.filter((guid) => guid !== 'worse-0');
    await expectRunning(t, found, {
      ...Object.fromEntries(moved.map((guid) => [guid, [version]])),
      'worse-0': ['1.0'],
    });
    const mark = { 'dropstack.dev/restarted-for': `${roll?.id}/${version}` };
    const after = await templates(found);
    for (const guid of guids) {
      const isEvicted = evicted.includes(guid);
      t.deepEqual(annotationsOf(after, guid), isEvicted ? undefined : mark, guid);
      t.is(gaps(guid), isEvicted ? 1 : 0, `${guid}: gaps in which nobody served`);
    }
    t.deepEqual(withoutAnnotations(after), withoutAnnotations(before), 'nothing else is written');

    await stack.patch({ spec: { rollout: { restart: 'evict' } } });
    await stack.ask('1.0');
    await stack.until('back', ({ phase, roll: now }) => phase === 'Completed' && now?.kind === 'undo');
    await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['1.0']])));
    t.deepEqual(await templates(found), after, 'all were evicted');
    t.is(gaps('free-0'), 1);
  },
);

type Template = { metadata: { annotations?: object }; spec: object };

async function templates({ api, fleet }: Foundation): Promise<Map<string, Template>> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/deployments`;
  type Deployment = { metadata: { name: string }; spec: { template: Template } };
  const { items } = await api.send<{ items: Deployment[] }>('GET', path);
  return new Map(items.map(({ metadata, spec }) => [metadata.name, spec.template]));
}

function annotationsOf(all: ReadonlyMap<string, Template>, guid: string): object | undefined {
  return all.get(guid)?.metadata.annotations;
}

function withoutAnnotations(all: ReadonlyMap<string, Template>): object[] {
  return [...all].map(([guid, { metadata, spec }]) => {
    const { annotations: _, ...kept } = metadata;
    return { guid, metadata: kept, spec };
  });
}

async function change({ api, fleet }: Foundation, guid: string, body: object): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/deployments/${guid}`;
  await api.send('PATCH', path, { body, type: 'application/merge-patch+json' });
}
