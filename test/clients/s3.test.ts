/** The whole program over S3: what one replica took in, another with empty hands gives out. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { nodeDroplet, smallDroplet } from '../helpers/droplets.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { dropstack, startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { startVersitygw } from '../helpers/versitygw.ts';

const withClients = testWith('versitygw', 'setpriv', 'skopeo', 'crane', 'tar');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

withClients('replicas on one bucket serve the same bytes, of droplets put and of the source', async (t) => {
  const gateway = await startVersitygw(t);
  const own = await gateway.bucket({ prefix: 'own/' });
  const source = { ...own, prefix: 'cc-droplets/' };
  const config = { data: undefined, store: { s3: own }, source: { s3: source } };
  const replica = () => startServe(t, { config });

  const first = await replica();
  await first.cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, 'one\n'), '--promote');
  const large = await nodeDroplet();
  await first.cli('droplet', 'put', 'put-here', large.path);
  const small = await smallDroplet(await tempDir(t), { 'app/hello.txt': 'hello\n' });
  await new S3Store(source).put(sourceKey('put-there', small.sha1), await readFile(small.path));

  const second = await replica();
  for (const image of [`cloudfoundry/put-here:${large.sha1}`, `cloudfoundry/put-there:${small.sha1}`]) {
    const blobs = await pull(t, first, image);
    t.true(blobs.length > 3, image);
    t.deepEqual(await pull(t, second, image), blobs, image);
    const { crane } = await registryClients(t, second.puller);
    await crane(['validate', '--fast', '--insecure', '--remote', `${second.host}/${image}`]);
  }
  const put = await readObject(new S3Store({ ...own }), `droplets/${sourceKey('put-here', large.sha1)}`);
  t.is(createHash('sha1').update(put).digest('hex'), large.sha1);
  t.deepEqual(await keysBelow(new S3Store(own), 'v1/probe/'), []);
  t.is(await gateway.openUploads(own.bucket), 0);
});

withClients('a command works on a store in S3 beside its facade', async (t) => {
  const s3 = await (await startVersitygw(t)).bucket();
  const server = await startServe(t, { config: { data: undefined, store: { s3 } } });
  const config = join(await tempDir(t), 'dropstack.yml');
  await writeFile(config, JSON.stringify({ store: { s3 } }));
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, 'one\n'), '--promote');
  const { stdout } = await run(process.execPath, [dropstack, 'rootfs', 'list', '--config', config]);
  t.regex(stdout, /^cflinuxfs4 .*1\.0\.0.* promoted$/m);
});

/** All that skopeo wrote: names, which are digests it has checked, of manifest, config and layers. */
async function pull(t: ExecutionContext, { puller, host }: Served, image: string): Promise<string[]> {
  const folder = join(await tempDir(t), 'image');
  const { skopeo } = await registryClients(t, puller);
  await skopeo(['copy', '--src-tls-verify=false', `docker://${host}/${image}`, `dir:${folder}`]);
  const manifest = await readFile(join(folder, 'manifest.json'));
  const { config, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const digest = createHash('sha256').update(manifest).digest('hex');
  return [digest, config.digest, ...layers.map((layer) => layer.digest)];
}
