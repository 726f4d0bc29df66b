/** Who is charged for what by a roll over simulated nodes, from what pods show over time. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation, type Foundation, type FoundationPod } from '../helpers/kubernetes/foundation.ts';
import type { Rule } from '../helpers/kubernetes/simulated-behaviour.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const worse: Rule[] = [
  { guid: 'late-crash', version, crash: { afterMs: 6000 } },
  { guid: 'soak-crash', version, crash: { afterMs: 20_000 } },
  { guid: 'lost-ready', version, unready: { afterMs: 30_000 } },
];
const harmless: Rule[] = [
  { guid: 'crash-once', version, crash: { afterMs: 2000, times: 1 } },
  { guid: 'wavering', version, unready: { afterMs: 3000, forMs: 1500 } },
];
const sick: Rule[] = [
  { guid: 'sick-loop', crash: { afterMs: 200 } },
  { guid: 'sick-unready', neverReady: true },
  { guid: 'sick-half', pod: 'sick-half-0', neverReady: true },
];

withCluster(
  'what does worse than before goes back, however late it shows; what was broken before is moved',
  async (t) => {
    t.timeout(240_000);
    const good = ['good-0', 'good-1', 'good-2', 'good-3'];
    const guids = [...[...worse, ...harmless, ...sick].map(({ guid = '' }) => guid), ...good];
    const found = await foundation(t, {
      guids,
      instances: 2,
      rules: [...worse, ...harmless],
      rollout: { waves: [{}], soak: '60s', minReadySeconds: 2, failureBudget: { count: 20 } },
    });
    const { startPatcher, stack, nodes, served } = found;
    await nodes.behave([...worse, ...harmless, ...sick]);
    await makeSick(found);
    const patcher = startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const { roll, message } = await stack.until('completed', ({ phase }) => phase === 'Completed', 240);
    t.log(message);
    const { failures = [], counts, waves = [] } = roll ?? {};
    for (const { guid, reason, at } of failures) t.log(`${at} ${guid}: ${reason}`);
    const bad = worse.map(({ guid = '' }) => guid).toSorted();
    t.deepEqual(failures.map(({ guid }) => guid).toSorted(), bad, patcher.log());
    t.is(counts?.done, guids.length - bad.length);
    const settledAt = waves[0]?.settledAt ?? '';
    for (const { guid, reason, at } of failures) {
      t.regex(reason, guid === 'lost-ready' ? /was not ready in time/ : /crashes: [12] restarts, 0 before/);
      if (guid !== 'late-crash')
        t.true(at > settledAt, `${guid} was done at ${settledAt}, and failed at ${at}`);
    }
    const expected = guids.map((guid) => [guid, bad.includes(guid) ? ['1.0', '1.0'] : ['2.0', '2.0']]);
    await expectRunning(t, found, Object.fromEntries(expected));
    const { promoted, placements } = await served().ask<{ promoted: string; placements: object }>(
      'rootfs',
      'show',
      'cflinuxfs4',
    );
    t.is(promoted, version);
    t.deepEqual(placements, Object.fromEntries(bad.map((guid) => [guid, '1.0'])));
  },
);

/** Ends pods of those that are to be sick, and waits until they have shown it for some time. */
async function makeSick({ api, fleet, pods }: Foundation): Promise<void> {
  const path = `/api/v1/namespaces/${fleet.namespace}/pods`;
  const old = (await pods()).filter(({ metadata }) => isSick(metadata));
  for (const { metadata } of old) await api.send('DELETE', `${path}/${metadata.name}`, { body: {} });
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  for (const end = Date.now() + 60_000; ; await delay(200)) {
    const fresh = (await pods()).filter(
      ({ metadata, status }) =>
        isSick(metadata) &&
        !uids.has(metadata.uid) &&
        Date.now() - Date.parse(metadata.creationTimestamp) > 12_000 &&
        (status.containerStatuses?.[0]?.imageID ?? '') !== '',
    );
    const crashes = fresh
      .filter(({ metadata }) => metadata.name.startsWith('sick-loop'))
      .map(({ status }) => status.containerStatuses?.[0]?.restartCount ?? 0);
    if (fresh.length === old.length && Math.min(...crashes) >= 2) return;
    if (Date.now() > end) throw new Error('Nobody fell sick within a minute');
  }
}

function isSick({ name }: FoundationPod['metadata']): boolean {
  return name.startsWith('sick-');
}
