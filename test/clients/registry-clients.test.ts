import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ImageDetails } from '../../src/operator/operator.ts';
import { smallDroplet } from '../helpers/droplets.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { hash, tinyRootfs } from '../helpers/tiny.ts';

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const withClients = testWith('crane', 'regctl', 'skopeo', 'podman', 'setpriv', 'tar', 'root');

let made: ReturnType<typeof provide> | undefined;
const provided = () => (made ??= provide());

/** A droplet of stack `other`, with two rootfs versions, the first of which is promoted, and clients that know the server. */
async function provide() {
  // `crane validate` takes every layer for gzip.
  const server = await startServe(stack, { config: { layer: { compression: 'gzip' } } });
  const droplet = await smallDroplet(await tempDir(stack), { 'app/hello.txt': 'hello\n' });
  await server.cli('rootfs', 'import', 'other', '1.0.0', await tinyRootfs(stack, 'one\n'), '--promote');
  await server.cli('rootfs', 'import', 'other', '2.0.0', await tinyRootfs(stack, 'two\n'));
  await server.cli('droplet', 'put', 'some-guid', droplet.path, '--stack', 'other');
  const clients = await registryClients(stack, server.puller);
  return { server, clients, hash: droplet.sha1, temp: await tempDir(stack) };
}

type Reference = (parts: { hash: string; digestOf: (name: string) => Promise<string> }) => Promise<string>;

const references: [string, Reference, release: string][] = [
  ['a tag', async ({ hash: tag }) => `cloudfoundry/some-guid:${tag}`, 'one\n'],
  ['a tag under its stack', async ({ hash: tag }) => `other/some-guid:${tag}`, 'one\n'],
  ['a pinned tag', async ({ hash: tag }) => `other/some-guid:${tag}-2.0.0`, 'two\n'],
  [
    'a digest',
    async ({ hash: tag, digestOf }) =>
      `cloudfoundry/some-guid@${await digestOf(`cloudfoundry/some-guid:${tag}-2.0.0`)}`,
    'two\n',
  ],
  ['a rootfs', async () => 'other/rootfs:2.0.0', 'two\n'],
];

for (const [what, referenceOf, release] of references) {
  withClients(`crane, regctl, skopeo and podman pull ${what}`, async (t) => {
    const { server, clients, ...parts } = await provided();
    const show = (reference: string) => server.ask<ImageDetails>('image', 'show', reference);
    const digestOf = async (reference: string) => (await show(reference)).digest;
    const reference = await referenceOf({ hash: parts.hash, digestOf });
    const pull = { t, clients, image: await show(reference), name: `${server.host}/${reference}` };
    await craneReads(pull, release, what === 'a rootfs' ? undefined : 'hello\n');
    await regctlReads(pull);
    await skopeoReads(pull);
    await podmanReads(pull);
  });
}

withClients('every client lists the tags, and regctl the referrers', async (t) => {
  const { server, clients, hash: tag } = await provided();
  const { crane, regctl, skopeo, podman } = clients;
  for (const name of ['cloudfoundry/some-guid', 'other/some-guid'].map((path) => `${server.host}/${path}`)) {
    t.is((await crane(['ls', name])).stdout, `${tag}\n`);
    t.is((await regctl(['tag', 'ls', name])).stdout, `${tag}\n`);
    const listed = await skopeo(['list-tags', `docker://${name}`]);
    t.like(JSON.parse(listed.stdout), { Tags: [tag] });
    t.regex((await podman(['search', '--list-tags', name])).stdout, new RegExp(`^${name} +${tag}$`, 'm'));
    const referrers = await regctl(['artifact', 'list', '--format', '{{json .}}', `${name}:${tag}`]);
    t.like(JSON.parse(referrers.stdout), { descriptors: [] });
  }
  const versions = await crane(['ls', `${server.host}/other/rootfs`]);
  t.is(versions.stdout, '1.0.0\n2.0.0\n');
});

type Pull = {
  t: ExecutionContext;
  clients: Awaited<ReturnType<typeof registryClients>>;
  image: ImageDetails;
  /** with the host */
  name: string;
};

/** `release` and `hello` are the contents of a file of the rootfs, and of one of the droplet. */
async function craneReads(
  { t, clients: { crane }, image, name }: Pull,
  release: string,
  hello?: string,
): Promise<void> {
  const temp = await tempDir(t);
  t.is((await crane(['digest', name])).stdout, `${image.digest}\n`);
  await crane(['validate', '--remote', name]);
  await crane(['pull', '--format', 'oci', name, join(temp, 'layout')]);
  t.is(await digestInLayout(join(temp, 'layout')), image.digest);
  await crane(['export', name, join(temp, 'flat.tar')]);
  const content = (path: string) => run('tar', ['-xOf', join(temp, 'flat.tar'), path], { mayFail: true });
  t.is((await content('etc/rootfs-release')).stdout, release);
  t.is((await content('home/vcap/app/hello.txt')).stdout, hello ?? '');
}

async function regctlReads({ t, clients: { regctl }, image, name }: Pull): Promise<void> {
  const manifest = await regctl(['manifest', 'get', '--format', 'raw-body', name]);
  t.is(`sha256:${hash('sha256', manifest.bytes)}`, image.digest);
  t.is((await regctl(['manifest', 'head', name])).stdout.trim(), image.digest);
  const repository = name.replace(/(@.*|:[^:/]*)$/, '');
  for (const { digest, size } of image.layers) {
    const { bytes } = await regctl(['blob', 'get', repository, digest]);
    t.deepEqual([bytes.length, `sha256:${hash('sha256', bytes)}`], [size, digest]);
    const { stdout } = await regctl(['blob', 'head', repository, digest]);
    t.regex(stdout, new RegExp(String(size)));
  }
}

async function skopeoReads({ t, clients: { skopeo }, image, name }: Pull): Promise<void> {
  const temp = await tempDir(t);
  const inspected = JSON.parse((await skopeo(['inspect', `docker://${name}`])).stdout) as unknown;
  const { digest, architecture, layers, os } = image;
  const digests = layers.map((layer) => layer.digest);
  t.like(inspected, { Digest: digest, Os: os, Architecture: architecture, Layers: digests });
  await skopeo(['copy', `docker://${name}`, `oci:${temp}/layout:copy`]);
  t.is(await digestInLayout(`${temp}/layout`), digest);
  await skopeo(['copy', `docker://${name}`, `docker-archive:${temp}/archive.tar:some/copy:1`]);
  const again = await skopeo(['inspect', `docker-archive:${temp}/archive.tar`]);
  t.like(JSON.parse(again.stdout), { Layers: layers.map(({ diffId }) => diffId) });
}

async function podmanReads({ t, clients: { podman }, image, name }: Pull): Promise<void> {
  const { stdout } = await podman(['pull', '--quiet', name]);
  t.is(`sha256:${stdout.trim()}`, image.config);
}

async function digestInLayout(layout: string): Promise<string | undefined> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  return index.manifests[0]?.digest;
}
