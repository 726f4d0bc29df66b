import type { ImageDetails } from '../../src/operator/operator.ts';
import { conformance } from '../helpers/conformance.ts';
import { smallDroplet } from '../helpers/droplets.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const withConformance = testWith('conformance', 'setpriv', 'tar');

withConformance('the OCI conformance program, version 1.1, finds nothing amiss', async (t) => {
  const server = await startServe(t);
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, 'one\n'), '--promote');
  await server.cli('rootfs', 'import', 'cflinuxfs4', '2.0.0', await tinyRootfs(t, 'two\n'));
  const temp = await tempDir(t);
  const droplets = [await smallDroplet(temp, { a: 'a' }), await smallDroplet(temp, { b: 'b' })];
  for (const { path } of droplets) await server.cli('droplet', 'put', 'some-guid', path);

  for (const [repository, tags] of [
    ['cloudfoundry/some-guid', droplets.map(({ sha1 }) => sha1)],
    ['cflinuxfs4/some-guid', droplets.map(({ sha1 }) => sha1)],
    ['cflinuxfs4/rootfs', ['1.0.0', '2.0.0']],
  ] as const) {
    const show = (tag: string) => server.ask<ImageDetails>('image', 'show', `${repository}:${tag}`);
    const images = await Promise.all(tags.map(show));
    const manifests = images.map(({ digest }) => digest);
    const blobs = images.flatMap(({ config, layers }) => [config, ...layers.map(({ digest }) => digest)]);
    const { user, host } = server.puller;
    const target = { host, user, repository, tags, manifests, blobs, subjects: manifests };
    const { passed, failed, report } = await conformance(t, target);
    t.is(failed, 0, report);
    t.true(passed >= 15, report);
  }
});
