import type { ExecutionContext } from 'ava';
import type { ImageDetails, PutResult } from '../../src/operator/operator.ts';
import { startContainerd, type Containerd } from '../helpers/containerd.ts';
import { debianRootfs } from '../helpers/debian-rootfs.ts';
import { nodeDroplet } from '../helpers/droplets.ts';
import { startServe } from '../helpers/serve.ts';
import { testWith } from '../helpers/test-with.ts';

const withAll = testWith('containerd', 'runc', 'mmdebstrap', 'tar', 'setpriv', 'root');

withAll('a real droplet runs over Debian, and over the next one after a bump', async (t) => {
  const [older, newer] = [await debianRootfs(), await debianRootfs(['bc'])];
  const droplet = await nodeDroplet();
  t.true(droplet.size > 50e6);
  const server = await startServe(t);
  const repository = `cloudfoundry/real-app`;
  const [image, reference] = [
    `${repository}:${droplet.sha1}`,
    `${server.host}/${repository}:${droplet.sha1}`,
  ];
  const show = () => server.ask<ImageDetails>('image', 'show', image);
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', older, '--promote');
  t.is((await server.ask<PutResult>('droplet', 'put', 'real-app', droplet.path)).hash, droplet.sha1);
  const before = await show();
  const node = await startContainerd(t);
  await node.pull(reference, server.puller);
  await answers(t, node, reference);
  t.is(await foundIn(node, reference, 'bc'), '');

  await server.cli('rootfs', 'import', 'cflinuxfs4', '2', newer);
  t.is((await show()).digest, before.digest);
  await server.cli('rootfs', 'promote', 'cflinuxfs4', '2');
  const after = await show();
  t.not(after.digest, before.digest);
  t.deepEqual(after.layers.slice(1), before.layers.slice(1));
  const asked = (await server.requests()).length;
  await node.pull(reference, server.puller);
  const fetched = (await server.requests())
    .slice(asked)
    .flatMap(({ path }) => /\/blobs\/(.*)$/.exec(path)?.[1] ?? []);
  t.is(fetched.length, 2, fetched.join());
  t.deepEqual(new Set(fetched), new Set([after.config, after.layers[0]?.digest]));
  await answers(t, node, reference);
  t.is(await foundIn(node, reference, 'bc'), '/usr/bin/bc\n');

  const emptyNode = await startContainerd(t);
  const old = `${server.host}/${repository}@${before.digest}`;
  await emptyNode.pull(old, server.puller);
  await answers(t, emptyNode, old);
});

/** Starts the app: it answers as vcap in its home, is told to end, and says how with its exit code. */
async function answers(t: ExecutionContext, containerd: Containerd, reference: string): Promise<void> {
  const app = containerd.run(reference, {
    env: { PORT: '0', VCAP_APP_HOST: '127.0.0.1', POD_NAME: 'app-3' },
  });
  const [, port] = await app.logged(/listening on (\d+)/);
  const response = await fetch(`http://127.0.0.1:${port ?? ''}/here`);
  const env = { HOME: '/home/vcap/app', USER: 'vcap', CF_INSTANCE_INDEX: '3' };
  t.like(await response.json(), { path: '/here', cwd: '/home/vcap/app', uid: 2000, env });
  await app.kill('SIGTERM');
  t.is(await app.ended, 7);
}

/** Where a program is in a container, or nothing. */
async function foundIn(containerd: Containerd, reference: string, program: string): Promise<string> {
  const container = containerd.run(reference, { env: { START_COMMAND: `command -v ${program}` } });
  await container.ended;
  return container.log();
}
