import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { version } from '../../src/version.ts';
import { startContainerd, type Containerd } from '../helpers/containerd.ts';
import { run } from '../helpers/run.ts';
import { dropstack } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { openBuilder } from './build-image.ts';

const root = join(import.meta.dirname, '../..');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const withBuildah = testWith(
  'buildah',
  'containerd',
  'runc',
  'mmdebstrap',
  'setpriv',
  'skopeo',
  'tar',
  'root',
);

/** Made by the test that needs it first. */
let made: ReturnType<typeof openBuilder> | undefined;
const builder = () => (made ??= openBuilder(stack));
let imported: ReturnType<typeof importImage> | undefined;
const image = () => (imported ??= importImage());

/** The image as an archive and in a containerd, where it is also to be looked at. */
async function importImage() {
  const { base, build, buildah } = await builder();
  const { code, stdout, stderr } = await build(base, '--tag', 'localhost/dropstack:test');
  if (code !== 0) throw new Error(`The image was not built:\n${stdout}\n${stderr}`);
  const archive = join(await tempDir(stack), 'image.tar');
  await buildah(
    'push',
    '--quiet',
    '--disable-compression',
    'localhost/dropstack:test',
    `oci-archive:${archive}:localhost/dropstack:test`,
  );
  const containerd = await startContainerd(stack);
  await containerd.ctr('image', 'import', archive);
  const reference = (await containerd.ctr('image', 'list', '-q')).stdout.trim();
  const tree = join(containerd.root, 'tree');
  await mkdir(tree);
  await containerd.ctr('image', 'mount', reference, tree);
  return { archive, containerd, reference, tree };
}

withBuildah(
  'a base is named by its digest, and the version of the image is that of the package',
  async (t) => {
    const { base, build } = await builder();
    const loose = await build(base.replace(/@.*/, ''));
    t.not(loose.code, 0);
    t.regex(loose.stderr, /Name the base by its digest: --build-arg BASE=localhost\/base@sha256:<digest>/);
    const other = await build(base, '--build-arg', 'VERSION=98.7.6');
    t.not(other.code, 0);
    t.regex(other.stderr, /VERSION is not that of package.json: build with npm run image/);
  },
);

withBuildah('the image says what it is, and runs as 2000', async (t) => {
  const { archive } = await image();
  const { stdout } = await run('skopeo', ['inspect', '--config', `oci-archive:${archive}`]);
  const { config } = JSON.parse(stdout) as { config: { Labels: Record<string, string> } };
  t.like(config, {
    User: '2000:2000',
    Entrypoint: ['node', '/dropstack/src/dropstack.js'],
    ExposedPorts: { '8080/tcp': {} },
    Volumes: { '/data': {} },
  });
  const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`];
  t.is(label('version'), version);
  t.is(label('licenses'), 'Apache-2.0');
  t.is(label('base.name'), (await builder()).base);
  const commit = await run('git', ['rev-parse', 'HEAD'], { cwd: root, mayFail: true });
  t.is(label('revision'), commit.stdout.trim());
  t.false(stdout.includes((await builder()).secret));
});

withBuildah(
  'the image holds what runs: no shell, package manager, compiler, setuid file or secret',
  async (t) => {
    const { tree } = await image();
    t.deepEqual(await readdir(join(tree, 'usr/local/bin')), ['node']);
    for (const folder of [
      'bin',
      'sbin',
      'usr/bin',
      'usr/sbin',
      'usr/lib/node_modules',
      'usr/local/lib',
      'root',
    ])
      t.false(existsSync(join(tree, folder)), folder);
    t.is(await find(tree, '-perm', '/6000'), '');
    t.is(await find(tree, '(', '-uid', '2000', '-o', '-gid', '2000', ')'), 'data\n');
    t.is(await find(tree, '-perm', '-o+w', '!', '-type', 'l'), 'tmp\n');

    const text = await readFile(join(root, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, { dev?: true; optional?: true }> };
    for (const [path, { dev, optional }] of Object.entries(packages))
      if (path !== '' && optional !== true)
        t.is(existsSync(join(tree, 'dropstack', path)), dev !== true, `${path} is there, or is not`);
    const bom = await readFile(join(tree, 'dropstack/sbom.cdx.json'), 'utf8');
    t.like(JSON.parse(bom), {
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'dropstack', version } },
    });
    t.regex(
      await readFile(join(tree, 'var/lib/dpkg/status.d/libc6'), 'utf8'),
      /^Package: libc6\n[^]*^Version: /m,
    );

    const { secret } = await builder();
    t.is((await run('grep', ['-rlF', secret, tree], { mayFail: true })).stdout, '');
    const unpacked = Number((await run('du', ['-sb', tree])).stdout.split('\t')[0]);
    t.true(unpacked < 260e6, `${unpacked} bytes`);
  },
);

withBuildah(
  'containerd starts it over a read-only root; it serves a pull, and SIGTERM ends it with 0',
  async (t) => {
    const { containerd, reference } = await image();
    const home = await tempDir(t);
    const data = join(home, 'data');
    await mkdir(data);
    await chown(data, 2000, 2000);
    const program = ['node', '/dropstack/src/dropstack.js'];
    const server = containerd.run(reference, {
      flags: ['--read-only', '--mount', `type=bind,src=${data},dst=/data,options=rbind:rw`],
      args: [...program, 'serve', '--data', '/data', '--listen', '127.0.0.1:0'],
    });
    const [, url = ''] = await server.logged(/"url":"([^"]+)","msg":"serving"/);
    await pulls(t, containerd, url, home);
    await server.kill('SIGTERM');
    t.is(await server.ended, 0, server.log());
    t.regex(server.log(), /"signal":"SIGTERM","msg":"stopping"/);
    t.notRegex(server.log(), /"level":"(?:warn|error|fatal)"/);

    const asked = containerd.run(reference, { args: [...program, '--version'] });
    t.is(await asked.ended, 0);
    t.is(asked.log(), `${version}\n`);
  },
);

/** Brings a rootfs and a droplet to the server, from outside, and pulls the image. */
async function pulls(t: ExecutionContext, containerd: Containerd, url: string, home: string): Promise<void> {
  const env = { ...process.env, DROPSTACK_SERVER: url };
  const cli = (...args: string[]) => run(process.execPath, [dropstack, ...args], { env });
  const { bytes, sha1 } = await tinyDroplet(t, 'in a container\n');
  await writeFile(join(home, 'droplet.tgz'), bytes);
  await cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, 'one'), '--promote');
  await cli('droplet', 'put', 'some-guid', join(home, 'droplet.tgz'));
  const pulled = `${new URL(url).host}/cloudfoundry/some-guid:${sha1}`;
  await containerd.pull(pulled);
  t.true((await containerd.ctr('image', 'list', '-q')).stdout.includes(pulled));
}

/** What lies below a directory and meets a test of find's, a line each. */
async function find(directory: string, ...expression: string[]): Promise<string> {
  return (await run('find', ['.', '-mindepth', '1', ...expression, '-printf', '%P\n'], { cwd: directory }))
    .stdout;
}
