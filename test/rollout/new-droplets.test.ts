/** What apps get that come during a roll. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { createFleet } from '../helpers/kubernetes/fleet.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const bases = ['base-0', 'base-1'];

withCluster('an app that comes during a roll gets what the spec says of new droplets', async (t) => {
  t.timeout(240_000);
  const names = ['immediately', 'afterCanary', 'atEnd', 'manual'] as const;
  const late = names.flatMap((name) => [`${name.toLowerCase()}-a`, `${name.toLowerCase()}-b`]);
  const found = await foundation(t, {
    guids: [...bases, ...late],
    rollout: { waves: [{ name: 'canary', apps: 'auto', approval: true }, { approval: true }] },
  });
  const { api, apps, fleet, served, startPatcher, stack } = found;
  // They have droplets and do not run yet.
  for (const guid of late) await remove(found, guid);
  const begin = async (guid: string): Promise<void> => {
    await createFleet(api, { apps: apps.filter((app) => app.guid === guid), namespace: fleet.namespace });
  };
  startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  for (const name of names) {
    const [first = '', second = ''] = late.filter((guid) => guid.startsWith(name.toLowerCase()));
    await stack.patch({ spec: { rollout: { newDroplets: name }, rootfs: { version } } });
    const before = await stack.until(
      `canaries of ${name}`,
      ({ phase, roll }) => phase === 'AwaitingApproval' && roll?.waves[0]?.finishedAt === undefined,
    );
    const id = before.roll?.id ?? '';
    await begin(first);
    await expectRunning(t, found, { [first]: [name === 'immediately' ? version : '1.0'] });

    await approve(found, `${id}/0`);
    await stack.until(
      `the rest of ${name}`,
      ({ phase, roll }) => phase === 'AwaitingApproval' && roll?.waves[1]?.settledAt !== undefined,
    );
    await expectRunning(t, found, { ...all(version), [first]: [version] });
    await begin(second);
    const isNew = name === 'immediately' || name === 'afterCanary';
    await expectRunning(t, found, { [second]: [isNew ? version : '1.0'] });

    await approve(found, `${id}/1`);
    const { roll } = await stack.until(`the end of ${name}`, ({ phase }) => phase === 'Completed');
    const isManual = name === 'manual';
    await expectRunning(t, found, { [first]: [version], [second]: [version] });
    const waves = roll?.waves.map((wave) => wave.name) ?? [];
    t.is(waves.includes('latecomers'), !isNew, name);
    const { promoted } = await served().ask<{ promoted: string }>('rootfs', 'show', 'cflinuxfs4');
    t.is(promoted, isManual ? '1.0' : version);

    await stack.ask('1.0');
    await stack.until(
      `${name} is undone`,
      ({ phase, roll: at }) => phase === 'Completed' && at?.undoes === id,
    );
    await expectRunning(t, found, { ...all('1.0'), [first]: ['1.0'], [second]: ['1.0'] });
    for (const guid of [first, second]) await remove(found, guid);
  }
});

function all(where: string): Record<string, string[]> {
  return Object.fromEntries(bases.map((guid) => [guid, [where]]));
}

async function approve({ stack }: Foundation, wave: string): Promise<void> {
  await stack.annotate({ 'dropstack.dev/approve': wave });
}

/** Ends an app with its pods. */
async function remove({ api, fleet, pods }: Foundation, guid: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets/${guid}`;
  await api.send('DELETE', path, { body: { propagationPolicy: 'Foreground' } });
  const isThere = async () =>
    (await pods()).some(({ metadata: { labels } }) => labels['cloudfoundry.org/guid'] === guid);
  for (const end = Date.now() + 60_000; await isThere(); await delay(100))
    if (Date.now() > end) throw new Error(`${guid} is still there after a minute`);
}
