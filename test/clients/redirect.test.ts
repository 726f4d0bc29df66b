/** Real clients pull from us, and get layers from the store itself. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import test, { type ExecutionContext } from 'ava';
import { startContainerd } from '../helpers/containerd.ts';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { nodeDroplet } from '../helpers/droplets.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { hash, tinyRootfs } from '../helpers/tiny.ts';
import { startVersitygw } from '../helpers/versitygw.ts';

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const withClients = testWith('versitygw', 'setpriv', 'crane', 'skopeo', 'tar');
const withContainerd = testWith('versitygw', 'setpriv', 'containerd', 'ctr', 'root', 'tar');
const withContainerd2 = testWith(
  'versitygw',
  'setpriv',
  'containerd-2/containerd',
  'containerd-2/ctr',
  'root',
  'tar',
);

let made: ReturnType<typeof provide> | undefined;
const provided = () => (made ??= provide());

type Layer = { digest: string; size: number };

/** A bucket with a droplet of more than 50 MB. */
async function provide() {
  const gateway = await startVersitygw(stack);
  const s3 = await gateway.bucket({ prefix: 'own/' });
  const server = await startServe(stack, { config: { data: undefined, store: { s3 } } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(stack, 'one\n'), '--promote');
  const droplet = await nodeDroplet();
  await server.cli('droplet', 'put', 'some-guid', droplet.path);
  const image = `cloudfoundry/some-guid:${droplet.sha1}`;
  const { crane } = await registryClients(stack, server.puller);
  const manifest = await crane(['manifest', '--insecure', `${server.host}/${image}`]);
  const { layers } = JSON.parse(manifest.stdout) as { layers: Layer[] };
  const large = layers.filter(({ size }) => size > 2 ** 20).map(({ digest }) => digest);
  return { gateway, s3, image, large };
}

/** A server over the bucket that sends clients to its store at `host:port`. */
async function redirecting(t: ExecutionContext, host: string): Promise<Served> {
  const { s3 } = await provided();
  const redirect = { endpoint: `http://${host}`, allowPrivate: true };
  return startServe(t, { config: { data: undefined, store: { s3 }, redirect } });
}

/** All large layers were got elsewhere, no byte of them from us; and nobody reads in the log where. */
async function onlyRedirected(t: ExecutionContext, server: Served): Promise<void> {
  const { large } = await provided();
  t.is(large.length, 1);
  for (const digest of large) {
    const gets = (await server.requests()).filter(
      ({ method, path }) => method === 'GET' && path.endsWith(digest),
    );
    t.true(gets.length > 0);
    for (const { status, bytes } of gets) {
      t.is(status, 307);
      t.true(bytes < 4096, String(bytes));
    }
  }
  t.notRegex(server.log(), /X-Amz|signature/i);
}

withClients('skopeo and crane follow to a store by its name', async (t) => {
  const { gateway, image, large } = await provided();
  const server = await redirecting(t, `localhost:${gateway.port}`);
  const { skopeo, crane } = await registryClients(t, server.puller);
  const folder = join(await tempDir(t), 'image');
  await skopeo(['copy', '--src-tls-verify=false', `docker://${server.host}/${image}`, `dir:${folder}`]);
  for (const digest of large) {
    const sha256 = createHash('sha256');
    await pipeline(createReadStream(join(folder, digest.replace('sha256:', ''))), sha256);
    t.is(`sha256:${sha256.digest('hex')}`, digest);
  }
  await onlyRedirected(t, server);
  const before = (await server.requests()).length;

  const layout = join(await tempDir(t), 'layout');
  await crane(['pull', '--insecure', '--format', 'oci', `${server.host}/${image}`, layout]);
  for (const name of await readdir(join(layout, 'blobs/sha256')))
    t.is(hash('sha256', await readFile(join(layout, 'blobs/sha256', name))), name);
  t.true((await server.requests()).slice(before).some(({ status }) => status === 307));
  await onlyRedirected(t, server);
});

withClients('crane refuses a private address, whatever we allow', async (t) => {
  const { gateway, image } = await provided();
  const server = await redirecting(t, `127.0.0.2:${gateway.port}`);
  const { crane } = await registryClients(t, server.puller);
  const layout = join(await tempDir(t), 'layout');
  await t.throwsAsync(crane(['pull', '--insecure', '--format', 'oci', `${server.host}/${image}`, layout]), {
    message: /private/,
  });
});

for (const [withIt, release] of [
  [withContainerd, 'Debian'],
  [withContainerd2, 2],
] as const) {
  withIt(`containerd (${release}) follows, and takes up there what was cut there`, async (t) => {
    const { gateway, image, large } = await provided();
    const proxy = await cuttingProxy(t, `127.0.0.1:${gateway.port}`, 20e6);
    const server = await redirecting(t, proxy.host.replace('127.0.0.1', 'localhost'));
    const containerd = await startContainerd(t, release);
    await containerd.pull(`${server.host}/${image}`, server.puller);
    t.true(proxy.hasCut());
    const { stdout } = await containerd.ctr('content', 'ls', '-q');
    for (const digest of large) t.true(stdout.includes(digest));
    const gets = (await server.requests()).filter(({ path }) =>
      large.some((digest) => path.endsWith(digest)),
    );
    t.regex(gets.find(({ range }) => range !== undefined)?.range ?? '', /^bytes=[1-9]\d*-$/);
    await onlyRedirected(t, server);
  });
}
