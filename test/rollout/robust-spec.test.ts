/** The spec names another version in mid-roll. */
import { askFacade } from '../helpers/ask-facade.ts';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('a third version overtakes a roll, and the first one takes another back', async (t) => {
  const guids = appNames(8);
  const found = await foundation(t, { guids, instances: 2, rollout: { maxInFlight: { apps: 2 } } });
  const { stack, startPatcher, served } = found;
  for (const version of ['3.0', '4.0'])
    await served().cli('rootfs', 'import', 'cflinuxfs4', version, await tinyRootfs(t, version));
  startPatcher();
  const all = (version: string) => Object.fromEntries(guids.map((guid) => [guid, [version, version]]));
  const record = () => askFacade<{ promoted: string; placements: object }>(served(), '/stacks/cflinuxfs4');
  const midway = (to: string) =>
    stack.until(`midway to ${to}`, ({ roll }) => roll?.to === to && roll.counts.done >= 3, 120);

  await stack.ask('2.0');
  t.is((await midway('2.0')).phase, 'Rolling');
  await stack.ask('3.0');
  const isAt = (to: string) =>
    stack.until(to, ({ phase, roll }) => phase === 'Completed' && roll?.to === to, 120);
  const overtaken = await isAt('3.0');
  t.deepEqual([overtaken.roll?.kind, overtaken.roll?.counts.done, overtaken.roll?.failures], ['roll', 8, []]);
  t.deepEqual(
    overtaken.history.map(({ to, outcome }) => [to, outcome]),
    [
      ['3.0', 'Completed'],
      ['2.0', 'Superseded'],
    ],
  );
  await expectRunning(t, found, all('3.0'));
  const { promoted, placements } = await record();
  t.deepEqual([promoted, placements], ['3.0', {}]);

  await stack.ask('4.0');
  t.is((await midway('4.0')).phase, 'Rolling');
  await stack.ask('3.0');
  const back = await isAt('3.0');
  t.deepEqual([back.roll?.kind, back.roll?.failures], ['undo', []]);
  t.deepEqual(
    back.history.slice(0, 2).map(({ to, outcome, kind }) => [kind, to, outcome]),
    [
      ['undo', '3.0', 'Completed'],
      ['roll', '4.0', 'Superseded'],
    ],
  );
  await expectRunning(t, found, all('3.0'));
  const after = await record();
  t.deepEqual([after.promoted, after.placements], ['3.0', {}]);
});
