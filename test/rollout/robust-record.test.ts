/** A roll in a stack that others change meanwhile, as another cluster does with apps of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { askFacade } from '../helpers/ask-facade.ts';
import { basic } from '../helpers/basic.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('another cluster places its apps all the time, and a roll goes on', async (t) => {
  const guids = appNames(8);
  const found = await foundation(t, { guids, instances: 2, rollout: { maxInFlight: { apps: 2 } } });
  const { stack, startPatcher, served } = found;
  const patcher = startPatcher();
  const over = new AbortController();
  const others = placeOthers(found, over.signal);
  await stack.ask('2.0');
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 180);
  over.abort();
  const placed = await others;
  t.log(`${placed} apps were placed elsewhere meanwhile`);
  t.true(placed > 50);
  t.deepEqual([roll?.failures, roll?.counts.done], [[], guids.length], patcher.log());
  t.notRegex(patcher.log(), /was changed meanwhile/, 'what others place is no reason to begin anew');
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['2.0', '2.0']])));
  const record = await askFacade<{ placements: Record<string, string> }>(served(), '/stacks/cflinuxfs4');
  const left = Object.entries(record.placements);
  t.is(left.length, placed);
  t.true(left.every(([guid, version]) => guid.startsWith('other-') && version === '1.0'));
});

/** @returns how many */
async function placeOthers({ served }: Foundation, over: AbortSignal): Promise<number> {
  const { host, admin } = served();
  const headers = { authorization: basic(admin), 'content-type': 'application/json' };
  let placed = 0;
  for (; !over.aborted; await delay(200)) {
    const body = JSON.stringify({ [`other-${placed}`]: '1.0' });
    const url = `http://${host}/api/v1/stacks/cflinuxfs4/placements`;
    const answer = await fetch(url, { method: 'PATCH', headers, body });
    await answer.text();
    if (!answer.ok) throw new Error(`Cannot place: ${answer.status}`);
    placed++;
  }
  return placed;
}
