/** Ways back from a roll, over a real API server, a real facade, and simulated nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { all, bad, badGuids, good, recordOf, undone, version } from './bad-apps.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster(
  'three of the first ten stop a roll; the broken are replaced at once; it resumes, and is undone from anywhere',
  async (t) => {
    t.timeout(240_000);
    const found = await foundation(t, {
      guids: [...badGuids, ...good],
      instances: 2,
      rules: bad,
      rollout: { waves: [{}], failureBudget: { count: 20 }, progressDeadlineSeconds: 10 },
    });
    const { startPatcher, stack } = found;
    const patcher = startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');

    await stack.ask(version);
    const halted = await stack.until('halted', ({ phase }) => phase === 'Halted', 120);
    t.regex(halted.message, /^3 of the first \d+ apps of a wave failed/);
    const { id = '', failures = [] } = halted.roll ?? {};
    t.deepEqual(failures.map(({ guid }) => guid).toSorted(), badGuids, patcher.log());
    await expectRunning(t, found, all(badGuids, '1.0'));
    await ready(found);

    await stack.annotate({ 'dropstack.dev/resume': `${id}/${failures.length}` });
    const completed = await stack.until('completed', ({ phase }) => phase === 'Completed', 120);
    t.is(completed.roll?.counts.done, good.length);
    await expectRunning(t, found, { ...all(badGuids, '1.0'), ...all(good, '2.0') });

    await undone(stack, completed.roll?.id);
    await expectRunning(t, found, all([...badGuids, ...good], '1.0'));
    t.deepEqual(await recordOf(found), { promoted: '1.0', placements: {} });

    // Halted, with promotion at its beginning: everything is back, what is promoted too.
    await stack.patch({ spec: { rollout: { newDroplets: 'immediately' } } });
    await stack.ask(version);
    const again = await stack.until(
      'halted again',
      ({ phase, roll }) => phase === 'Halted' && roll?.id !== id,
      120,
    );
    t.is((await recordOf(found)).promoted, version);
    await undone(stack, again.roll?.id);
    await expectRunning(t, found, all([...badGuids, ...good], '1.0'));
    t.deepEqual(await recordOf(found), { promoted: '1.0', placements: {} });
  },
);

withCluster(
  'abort leaves everything where it is, also what restarts later; undo from there and from mid-wave',
  async (t) => {
    t.timeout(240_000);
    const found = await foundation(t, {
      guids: good,
      instances: 2,
      rollout: { waves: [{ approval: true }, {}], maxInFlight: { apps: 1 }, minReadySeconds: 2 },
    });
    const { startPatcher, stack, running, pods } = found;
    startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const { roll: first } = await stack.until('some are done', ({ roll }) => (roll?.counts.done ?? 0) >= 2);
    await stack.annotate({ 'dropstack.dev/abort': first?.id ?? '' });
    const aborted = await stack.until('aborted', ({ phase }) => phase === 'Aborted');
    t.true((aborted.roll?.counts.done ?? 0) < good.length);
    t.is(aborted.history[0]?.outcome, 'Aborted');
    await ready(found);

    const { placements } = await recordOf(found);
    t.deepEqual(Object.keys(placements).toSorted(), good, 'each is placed');
    for (const { metadata } of await pods()) await deletePod(found, metadata.name);
    await ready(found);
    const expected = good.map((guid) => [guid, [placements[guid], placements[guid]]]);
    await expectRunning(t, found, Object.fromEntries(expected));
    const before = await running();

    // The patcher looks each second: so it has seen them.
    const { message } = await stack.until('still aborted', ({ phase }) => phase === 'Aborted');
    await delay(3000);
    t.is((await stack.status())?.message, message);
    t.deepEqual(await running(), before);

    await undone(stack, first?.id);
    await expectRunning(t, found, all(good, '1.0'));
    t.deepEqual(await recordOf(found), { promoted: '1.0', placements: {} });

    await stack.ask(version);
    const { roll: second } = await stack.until(
      'in the middle of a wave',
      ({ roll }) => roll?.kind === 'roll' && roll.id !== first?.id && roll.counts.done >= 1,
    );
    await undone(stack, second?.id);
    await expectRunning(t, found, all(good, '1.0'));
    t.deepEqual(await recordOf(found), { promoted: '1.0', placements: {} });
    t.deepEqual(
      (await stack.status())?.history.map(({ kind, outcome }) => `${kind} ${outcome}`),
      ['undo Completed', 'roll Superseded', 'undo Completed', 'roll Aborted'],
    );
  },
);

async function ready({ fleet }: Foundation): Promise<void> {
  await fleet.waitUntilReady();
}

async function deletePod({ api, fleet }: Foundation, name: string): Promise<void> {
  await api.send('DELETE', `/api/v1/namespaces/${fleet.namespace}/pods/${name}`, { body: {} });
}
