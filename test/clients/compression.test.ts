import { randomBytes } from 'node:crypto';
import type { ImageDetails } from '../../src/operator/operator.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { smallDroplet } from '../helpers/droplets.ts';
import type { Owner } from '../helpers/owner.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const clients = [
  'containerd',
  'containerd-2/containerd',
  'containerd-2/ctr',
  'skopeo',
  'podman',
  'umoci',
  'crane',
  'regctl',
] as const;
const withClients = testWith(...clients, 'setpriv', 'tar', 'root');

/** What fails with a layer that is compressed so, and how; docs/layers.md tells it to people. */
const failures: Record<'gzip' | 'zstd' | 'none', Record<string, RegExp>> = {
  gzip: {},
  zstd: {
    'skopeo copy to docker-archive': /zstd compression is not supported for docker images/,
    'crane validate': /gzip: invalid header/,
    'umoci unpack': /not correct mediatype/,
  },
  none: { 'crane validate': /gzip: invalid header/ },
};

for (const [compression, expected] of Object.entries(failures)) {
  withClients(`clients pull a layer compressed with ${compression}, or say why not`, async (t) => {
    const server = await startServe(t, { config: { layer: { compression } } });
    await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(t, ''), '--promote');
    // A layer of several compressed blocks.
    const noise = randomBytes(1_600_000).toString('base64');
    const files = { 'app/hello.txt': 'hello\n', 'app/large.txt': noise.repeat(2) };
    const droplet = await smallDroplet(await tempDir(t), files);
    await server.cli('droplet', 'put', 'some-guid', droplet.path);
    const image = await server.ask<ImageDetails>('image', 'show', `cloudfoundry/some-guid:${droplet.sha1}`);
    const { mediaType = '' } = image.layers.at(-1) ?? {};
    t.is(/\.tar\+?(.*)$/.exec(mediaType)?.[1], compression === 'none' ? '' : compression);

    const failed = new Map<string, string>();
    for (const [what, attempt] of Object.entries(await attempts(t, server, image.reference))) {
      await attempt().catch((error: unknown) => failed.set(what, String(error)));
    }
    t.deepEqual([...failed.keys()], Object.keys(expected), [...failed.values()].join());
    for (const [what, reason] of failed) t.regex(reason, expected[what] ?? /^$/);
  });
}

/** Each brings the image to where its files can be used, and throws where it cannot. */
async function attempts(
  owner: Owner,
  server: Served,
  reference: string,
): Promise<Record<string, () => Promise<unknown>>> {
  const name = `${server.host}/${reference}`;
  const { crane, regctl, skopeo, podman, umoci } = await registryClients(owner, server.puller);
  const [debians, second] = [await startContainerd(owner), await startContainerd(owner, 2)];
  const temp = await tempDir(owner);
  return {
    'containerd pull': () => debians.pull(name, server.puller),
    'containerd 2 pull': () => second.pull(name, server.puller),
    'skopeo copy to oci': () => skopeo(['copy', `docker://${name}`, `oci:${temp}/layout:copy`]),
    'skopeo copy to docker-archive': () =>
      skopeo(['copy', `docker://${name}`, `docker-archive:${temp}/archive.tar`]),
    'podman pull': () => podman(['pull', '--quiet', name]),
    'crane pull': () => crane(['pull', name, `${temp}/crane.tar`]),
    'crane validate': () => crane(['validate', '--remote', name]),
    'crane export': async () => {
      await crane(['export', name, `${temp}/flat.tar`]);
      await run('tar', ['-xOf', `${temp}/flat.tar`, 'home/vcap/app/hello.txt']);
    },
    'regctl image copy': () => regctl(['image', 'copy', name, `ocidir://${temp}/exact:1`]),
    // From regctl's copy: skopeo compresses what is not.
    'umoci unpack': () => umoci(['unpack', '--image', `${temp}/exact:1`, `${temp}/bundle`]),
  };
}
