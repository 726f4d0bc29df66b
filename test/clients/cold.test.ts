import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DropletSummary, ImageDetails } from '../../src/operator/operator.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { nodeDroplet } from '../helpers/droplets.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const withClients = testWith('containerd', 'skopeo', 'setpriv', 'tar', 'root');

withClients("clients pull droplets that only lie in Cloud Controller's store", async (t) => {
  const source = await tempDir(t);
  const { path, sha1 } = await nodeDroplet();
  const guids = ['ab12cd34-1111-4222-8333-444455556666', 'cd34ab12-1111-4222-8333-444455556666'] as const;
  const folders = [join(source, 'ab/12', guids[0]), join(source, 'cd/34', guids[1])];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await copyFile(path, join(folder, sha1));
  }
  const server = await startServe(t, { config: { source } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, ''), '--promote');
  const states = async () => {
    const droplets = await server.ask<DropletSummary[]>('droplet', 'list');
    return droplets.map(({ guid, state }) => [guid, state]);
  };
  t.deepEqual(
    await states(),
    guids.map((guid) => [guid, 'stored']),
  );

  const nameOf = (guid: string) => `${server.host}/cloudfoundry/${guid}:${sha1}`;
  const containerd = await startContainerd(t);
  const { skopeo } = await registryClients(t, server.puller);
  const layout = join(await tempDir(t), 'layout');
  await Promise.all([
    containerd.pull(nameOf(guids[0]), server.puller),
    skopeo(['copy', `docker://${nameOf(guids[1])}`, `oci:${layout}:copy`]),
  ]);

  t.deepEqual(
    await states(),
    guids.map((guid) => [guid, 'converted']),
  );
  const [served, copied] = await Promise.all(
    guids.map((guid) => server.ask<ImageDetails>('image', 'show', `cloudfoundry/${guid}:${sha1}`)),
  );
  const content = (await containerd.ctr('content', 'ls', '--quiet')).stdout;
  for (const { digest } of served?.layers ?? []) t.true(content.includes(digest));
  const blobs = await readdir(join(layout, 'blobs/sha256'));
  for (const { digest } of copied?.layers ?? []) t.true(blobs.includes(digest.replace('sha256:', '')));
  t.deepEqual(await readdir(join(source, 'ab/12', guids[0])), [sha1]);
});
