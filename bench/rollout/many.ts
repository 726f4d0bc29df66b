import { setTimeout as delay } from 'node:timers/promises';
import { simulatedApi } from '../../test/helpers/kubernetes/simulated-api.ts';
import { stackHandle, type StackHandle } from '../../test/helpers/kubernetes/stack-handle.ts';
import { writeUsers } from '../../test/helpers/kubernetes/users.ts';
import { startServe } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyRootfs } from '../../test/helpers/tiny.ts';
import { certificates } from '../../test/helpers/tls.ts';
import { quantile, type Samples } from './scrape.ts';
import { startStandIn } from './stand-in.ts';
import type { StandInState } from './stand-in-process.ts';
import { registry } from './stand-in/objects.ts';
import { usageOf, usedBetween, type Usage } from './usage.ts';
import { watchedPatcher } from './watched-patcher.ts';

/** Seconds. */
const [idleFor, rollsFor] = [60, 240];
/** Apps that are rolled at most. */
const rolled = 2_000;
/** Pods a second whose statuses are written all the time. */
const stir = 20;

/**
 * A patcher over so many apps of two pods that a stand-in for the API server tells of them: as it starts, as it idles, and as
 * it rolls the first of them.
 */
export async function manyApps(stack: AsyncDisposableStack, apps: number): Promise<string> {
  const { handle, see } = await world(stack, apps);
  const start = await see();
  await handle.until('it has looked', ({ phase }) => phase === 'Idle', 300);
  const looked = await see();
  await delay(idleFor * 1000);
  const idled = await see();
  await handle.ask('2.0');
  await handle.until('a wave begins', ({ roll }) => (roll?.counts.apps ?? 0) > 0, 300);
  const begun = await see();
  await rolls(handle);
  const end = await see();
  return [
    head,
    row('start, until the first look is over', start, looked),
    row(`idle, while ${stir} pods a second change`, looked, idled),
    row('plan, and placing all where they are', idled, begun),
    row('rolling', begun, end),
    '',
    ...facadeTable(begun.state, end.state),
    '',
  ].join('\n');
}

type Sight = { at: number; usage: Usage; samples: Samples; state: StandInState };

async function world(
  stack: AsyncDisposableStack,
  apps: number,
): Promise<{ handle: StackHandle; see: () => Promise<Sight> }> {
  const served = await startServe(stack);
  await served.cli('rootfs', 'import', 'cflinuxfs4', '1.0', await tinyRootfs(stack, 'one'), '--promote');
  await served.cli('rootfs', 'import', 'cflinuxfs4', '2.0', await tinyRootfs(stack, 'two'));
  const tls = await certificates(stack);
  const standIn = await startStandIn(stack, { apps, stir, tls, facade: served.host, spec });
  const users = await writeUsers(await tempDir(stack), ['patcher'], standIn.api, tls.ca);
  const over = new AbortController();
  stack.defer(() => Promise.resolve(over.abort()));
  const api = simulatedApi({ url: standIn.api, token: '', ca: tls.ca }, over.signal);
  const facade = { admin: served.admin, puller: { host: standIn.facade, user: '' } };
  const patcher = await watchedPatcher(stack, users.kubeconfig('patcher'), facade);
  const programs = { patcher: patcher.pid, facade: served.pid };
  const see = async (): Promise<Sight> => ({
    at: performance.now(),
    usage: await usageOf(programs),
    samples: await patcher.samples(),
    state: await standIn.state(),
  });
  return { handle: stackHandle(api), see };
}

async function rolls(handle: StackHandle): Promise<void> {
  const over = new AbortController();
  const late = delay(rollsFor * 1000, undefined, { signal: over.signal }).catch(() => undefined);
  const enough = async (): Promise<void> => {
    while (((await handle.status())?.roll?.counts.done ?? 0) < rolled && !over.signal.aborted)
      await delay(500);
  };
  await Promise.race([late, enough()]);
  over.abort();
}

const spec = {
  rootfs: { version: '1.0' },
  registries: [registry],
  rollout: {
    waves: [{ name: 'canary', apps: 'auto' }, {}],
    maxInFlight: { apps: 200, perNode: 20 },
    soak: '1s',
    minReadySeconds: 1,
  },
};

const head = `| part | s | pods moved | patcher's CPU, s | of one core | its peak RSS | its heap then | look p50, s | p99, s | facade's CPU, s |
|---|---|---|---|---|---|---|---|---|---|`;

const look = 'dropstack_patcher_look_duration_seconds';

function row(what: string, before: Sight, after: Sight): string {
  const seconds = (after.at - before.at) / 1000;
  const { patcher, facade } = usedBetween(before.usage, after.usage);
  const cpu = patcher?.cpuSeconds ?? 0;
  const cells = [
    what,
    seconds.toFixed(0),
    after.state.moved - before.state.moved,
    cpu.toFixed(1),
    `${((100 * cpu) / seconds).toFixed(0)} %`,
    mib(patcher?.peakRss),
    mib(after.samples.get('nodejs_heap_size_used_bytes')),
    `≤ ${quantile(before.samples, after.samples, look, 0.5)}`,
    `≤ ${quantile(before.samples, after.samples, look, 0.99)}`,
    (facade?.cpuSeconds ?? 0).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function facadeTable(before: StandInState, after: StandInState): string[] {
  const rows = Object.entries(after.facade).map(([name, { count, milliseconds, bytes }]) => {
    const was = before.facade[name] ?? { count: 0, milliseconds: 0, bytes: 0 };
    const some = count - was.count;
    const each = some === 0 ? 0 : (milliseconds - was.milliseconds) / some;
    return `| ${name} | ${some} | ${each.toFixed(0)} | ${((bytes - was.bytes) / 1e6).toFixed(1)} |`;
  });
  return ['| asked of the facade while rolling | times | ms each | MB sent |', '|---|---|---|---|', ...rows];
}

function mib(bytes = 0): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
