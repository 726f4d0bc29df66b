/** A roll beside a controller that writes back whatever it owns. */
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { zealousOwner, type Workload } from '../helpers/kubernetes/zealous-owner.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('owners that write everything back do not disturb a roll, nor it them', async (t) => {
  const singles = appNames(8);
  const rules = [{ guid: 'app-02', version: '2.0', neverReady: true }];
  // What nothing owned would get one more pod.
  const found = await foundation(t, { guids: singles, rules, rollout: { surge: true } });
  const { stack, startPatcher, api, fleet } = found;
  const owner = await zealousOwner(found);
  const patcher = startPatcher();
  await stack.ask('2.0');
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 180);
  t.deepEqual(
    roll?.failures.map(({ guid }) => guid),
    ['app-02'],
    patcher.log(),
  );
  const ends = singles.map((guid) => [guid, [guid === 'app-02' ? '1.0' : '2.0']] as const);
  await expectRunning(t, found, Object.fromEntries(ends));

  const { all, effective } = owner.writes();
  t.log(`the owner wrote ${all} times, and changed something ${effective} times`);
  t.true(all >= 2 * singles.length, 'it heard of each app at least when its pod went and when it came');
  t.is(effective, 0, 'there was never anything to write back');
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets`;
  const { items } = await api.send<{ items: Workload[] }>('GET', path);
  t.is(items.length, singles.length);
  for (const { metadata, spec } of items) {
    const wanted = owner.wanted.get(metadata.name);
    t.is(JSON.stringify(spec), JSON.stringify(wanted?.spec), metadata.name);
    t.is(metadata.generation, wanted?.metadata.generation ?? 0);
    t.deepEqual(
      [metadata.labels, metadata.annotations],
      [wanted?.metadata.labels, wanted?.metadata.annotations],
    );
    for (const { manager } of metadata.managedFields ?? []) t.not(manager, 'dropstack');
  }
});
