import { clusterEffects } from '../../../src/rollout/control/cluster-effects.ts';
import { emptyStatus } from '../../../src/rollout/control/empty-status.ts';
import { EventRecorder } from '../../../src/rollout/kubernetes/event-recorder.ts';
import { openApi } from '../../../src/rollout/kubernetes/open-api.ts';
import { stackResource, stacksPath, type StackResource } from '../../../src/rollout/stack/resource.ts';
import type { StackStatus } from '../../../src/rollout/stack/status.ts';
import { startControlPlane } from '../../helpers/kubernetes/control-plane.ts';
import { rolloutObjects } from '../../helpers/kubernetes/rollout-objects.ts';
import { testWith } from '../../helpers/test-with.ts';
import { apiServerTools } from '../rollout-tools.ts';

const withControlPlane = testWith(...apiServerTools);

const counts = { apps: 3, waiting: 1, moving: 1, done: 1, failed: 0, skipped: 0 };
const at = '2026-01-01T00:00:00.000Z';
const rolling: StackStatus = {
  ...emptyStatus,
  phase: 'Rolling',
  message: 'under "way"',
  roll: {
    id: 'r1',
    kind: 'roll',
    from: '1',
    to: '2',
    asked: '2',
    startedAt: at,
    waves: [
      { name: '1 %', counts, startedAt: at },
      { name: 'rest', counts },
    ],
    counts,
    failures: [{ guid: 'guid-1', reason: 'app-1 crashes', at, wave: 0 }],
    acknowledged: 0,
  },
  conditions: [{ type: 'Ready', status: 'False', reason: 'Rolling', message: '', lastTransitionTime: at }],
};
const completed: StackStatus = { ...rolling, phase: 'Completed', message: 'over' };

withControlPlane('who knows another status than the one that is there writes none', async (t) => {
  const plane = await startControlPlane(t);
  await plane.apply(...(await rolloutObjects()));
  await plane.kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
  const api = await openApi({ kubeconfig: plane.kubeconfig('admin') });
  t.teardown(() => api.close());
  const spec = { rootfs: { version: '1' }, registries: ['registry.test'] };
  const kind = { apiVersion: 'dropstack.dev/v1alpha1', kind: 'Stack' };
  const events = new EventRecorder(api, { instance: 'test' });
  const effects = clusterEffects(
    api,
    events,
    () => new Set(),
    () => {},
  );
  const first = stackResource.parse(
    await api.create(stacksPath, { ...kind, metadata: { name: 'any' }, spec }),
  );
  const now = (): Promise<StackResource> => api.get(`${stacksPath}/any`, stackResource);

  await effects.writeStatus(first, emptyStatus, rolling);
  t.deepEqual((await now()).status, rolling);
  const refused = { code: 'conflict', message: /the status of Stack any was written by another/i };
  await t.throwsAsync(effects.writeStatus(first, emptyStatus, completed), refused);
  t.deepEqual((await now()).status, rolling);

  await effects.writeStatus(first, rolling, completed);
  await t.throwsAsync(effects.writeStatus(await now(), rolling, rolling), refused);
  t.deepEqual((await now()).status, completed);
  await events.flush();
});
