/** Two patchers, of which one leads. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StackStatus } from '../../src/rollout/stack/status.ts';
import { askFacade } from '../helpers/ask-facade.ts';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import type { Running } from '../helpers/start.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('another patcher takes over from one that dies, and from one that freezes', async (t) => {
  const guids = appNames(8);
  const rollout = { maxInFlight: { apps: 1 } };
  const found = await foundation(t, { guids, instances: 2, rollout });
  const { stack, startPatcher, pods, served } = found;
  const first = startPatcher();
  await first.logged(/"msg":"leading"/);
  const second = startPatcher();
  await second.logged(/"msg":"waiting to lead"/);
  await stack.ask('2.0');
  await first.logged(/"msg":"evict"/);
  t.notRegex(second.log(), /"msg":"leading"/);
  first.kill('SIGKILL');
  const died = Date.now();
  await second.logged(/"msg":"leading"/);
  t.log(`taken over after ${Date.now() - died} ms`);
  t.true(Date.now() - died < 60_000, 'a lease lasts 15 s');
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 120);
  t.deepEqual([roll?.failures, roll?.counts.done], [[], guids.length]);
  t.is(timesOf(first, 'evict').length + timesOf(second, 'evict').length, 2 * guids.length);

  const third = startPatcher();
  await third.logged(/"msg":"waiting to lead"/);
  const before = timesOf(second, 'evict').length;
  await stack.ask('1.0');
  while (timesOf(second, 'evict').length < before + 3) await delay(50);
  second.kill('SIGSTOP');
  await third.logged(/"msg":"leading"/);
  await stack.until('back', isBack, 120);
  t.true(timesOf(third, 'evict').length > 0);
  const state = async () => ({
    status: await stack.status(),
    pods: (await pods()).map(({ metadata }) => metadata.uid).toSorted(),
    record: await askFacade<object>(served(), '/stacks/cflinuxfs4'),
  });
  const ended = await state();
  second.kill('SIGCONT');
  await second.logged(/"msg":"leading no more"/);
  await delay(3000);
  t.deepEqual(await state(), ended, 'who was frozen changes nothing');
  t.is(second.log().match(/"msg":"leading"/g)?.length, 1);
});

function isBack({ phase, roll }: StackStatus): boolean {
  return phase === 'Completed' && roll?.to === '1.0';
}

/** Milliseconds since the epoch. */
function timesOf({ log }: Running, message: string): number[] {
  return log()
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
}
