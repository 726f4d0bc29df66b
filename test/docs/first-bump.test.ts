import { clusterApi } from '../helpers/kubernetes/cluster-api.ts';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { simulatedNodes } from '../helpers/kubernetes/simulated-nodes.ts';
import { testWith } from '../helpers/test-with.ts';
import { rolloutTools } from '../rollout/rollout-tools.ts';
import { runPage } from './run-page.ts';
import { startWorld } from './world.ts';

const withCluster = testWith(...rolloutTools, 'crane', 'curl', 'root', 'unshare');

/** As the page has it. */
const user = 'admin:only-for-today';

withCluster('first-bump.md, and rollouts.md with its fleet', async (t) => {
  const cluster = await startControlPlane(t, { controllers: true });
  const world = await startWorld(t, { KUBECONFIG: cluster.kubeconfig('admin') });
  const { access } = clusterApi(t, cluster);
  await simulatedNodes(t, access, { nodes: 2, hurry: 50, facade: { host: `${world.address}:8080`, user } });
  const page = 'docs/first-bump.md';
  const end = '## Clear up';
  await t.notThrowsAsync(runPage(world, page, { until: end }));
  await runPage(world, 'docs/install.md', { from: '## The program', until: '## User and directories' });
  await t.notThrowsAsync(runPage(world, 'docs/rollouts.md'));
  await t.notThrowsAsync(runPage(world, page, { from: end }));
});
