/** Rolls by a real patcher over a real API server, a real facade, and nodes that ask it as kubelets do. */
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('a bump moves every app to the version, and what fails goes back alone', async (t) => {
  const guids = Array.from({ length: 12 }, (_, i) => `app-${String(i).padStart(2, '0')}`);
  const rules = [
    { guid: 'app-03', version: '2.0', neverReady: true },
    { guid: 'app-07', version: '2.0', crash: { afterMs: 2000 } },
  ];
  const { startPatcher, stack, running, served } = await foundation(t, { guids, instances: 2, rules });
  const patcher = startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask('2.0');
  const status = await stack.until('completed', ({ phase }) => phase === 'Completed', 240);
  t.log(status.message);
  const { failures = [], counts } = status.roll ?? {};
  t.deepEqual(failures.map(({ guid }) => guid).toSorted(), ['app-03', 'app-07'], patcher.log());
  t.is(counts?.done, 10);
  const found = await running();
  for (const guid of guids) {
    const version = guid === 'app-03' || guid === 'app-07' ? '1.0' : '2.0';
    t.deepEqual(found.get(guid), [version, version], guid);
  }
  const { promoted, placements } = await served().ask<{ promoted: string; placements: object }>(
    'rootfs',
    'show',
    'cflinuxfs4',
  );
  t.is(promoted, '2.0');
  t.deepEqual(placements, { 'app-03': '1.0', 'app-07': '1.0' });
});
