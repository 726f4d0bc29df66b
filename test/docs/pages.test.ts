/** Does what the pages for operators say, each in a world of its own: docs/README.md tells how they are written. */
import type { ExecutionContext } from 'ava';
import { startContainerd } from '../helpers/containerd.ts';
import { testWith } from '../helpers/test-with.ts';
import { runPage } from './run-page.ts';
import { startWorld, type World } from './world.ts';

const withWorld = testWith(
  'containerd',
  'crane',
  'ctr',
  'curl',
  'htpasswd',
  'openssl',
  'root',
  'setpriv',
  'skopeo',
  'tar',
  'unshare',
);

/** Each begins where install.md ends; those of one world leave the next one what it needs. */
const worlds = [['nodes.md', 'migrate.md', 'rotate.md'], ['replicas.md', 'operations.md'], ['recover.md']];

for (const pages of worlds) {
  withWorld(`install.md, then ${pages.join(', ')}`, async (t) => {
    const one = await world(t);
    for (const page of ['install.md', ...pages]) await t.notThrowsAsync(runPage(one, page));
  });
}

async function world(t: ExecutionContext): Promise<World> {
  const containerd = await startContainerd(t);
  const made = await startWorld(t, { CONTAINERD_ADDRESS: containerd.address });
  await made.run('bash /opt/dropstack/test/docs/given.sh');
  return made;
}
