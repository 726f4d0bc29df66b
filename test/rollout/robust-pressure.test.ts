/** An API server that has too much to do. Watches that expire are met where it goes away: see `robust-api-server`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chance } from '../helpers/chance.ts';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { pressedProxy } from '../helpers/kubernetes/pressed-proxy.ts';
import { startPatcher } from '../helpers/kubernetes/start-patcher.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('a roll is slowed by 429, and ends all the same', async (t) => {
  const guids = appNames(10);
  const found = await foundation(t, { guids, instances: 2, rollout: { progressDeadlineSeconds: 10 } });
  const { stack, cluster, served } = found;
  const random = chance(t);
  const proxy = await pressedProxy(t, cluster, () => random() < 0.4);
  const kubeconfig = join(await tempDir(t), 'pressed.kubeconfig');
  const direct = JSON.parse(await readFile(cluster.kubeconfig('patcher'), 'utf8')) as { clusters: object[] };
  const indirect = { name: 'test', cluster: { server: proxy.url, 'insecure-skip-tls-verify': true } };
  await writeFile(kubeconfig, JSON.stringify({ ...direct, clusters: [indirect] }));
  const patcher = startPatcher(t, kubeconfig, served());
  await stack.ask('2.0');
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 240);
  t.deepEqual([roll?.failures, roll?.counts.done], [[], guids.length], patcher.log());
  const { all, refused } = proxy.counts();
  t.log(`${refused} of ${all} requests were sent away`);
  t.true(refused > 20);
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['2.0', '2.0']])));
});
