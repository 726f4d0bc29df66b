import { cp, glob, readdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { version } from '../../src/version.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { start } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { findTool } from '../tools/find-tool.ts';

const root = join(import.meta.dirname, '../..');
const withTools = testWith('tar', 'skopeo', 'setpriv');

withTools(
  'npm pack makes a package of what runs and nothing else, which installs and runs elsewhere',
  async (t) => {
    const { checkout, archive } = await pack(t);
    const { stdout } = await run('tar', ['-tzf', archive]);
    t.deepEqual(stdout.trim().split('\n').toSorted(), (await expected(join(checkout, 'src'))).toSorted());

    const { npx, bin, env } = await install(t, archive);
    t.is(await npx('dropstack', '--version'), `${version}\n`);

    const home = await tempDir(t);
    const data = ['--data', join(home, 'data')];
    const { bytes, sha1 } = await tinyDroplet(t, 'packed\n');
    await writeFile(join(home, 'droplet.tgz'), bytes);
    await npx(
      'dropstack',
      'rootfs',
      'import',
      'cflinuxfs4',
      '1.0.0',
      await tinyRootfs(t, 'one'),
      '--promote',
      ...data,
    );
    await npx('dropstack', 'droplet', 'put', 'some-guid', join(home, 'droplet.tgz'), ...data);
    // Two processes that serve, and children that convert: each is a file of its own that the package must have.
    const server = start(t, bin, ['serve', '--listen', '127.0.0.1:0', '--processes', '2', ...data], { env });
    const [, url = ''] = await server.logged(/"url":"([^"]+)","msg":"serving"/);
    const { host } = new URL(url);
    const { skopeo } = await registryClients(t, { host });
    await skopeo([
      'copy',
      `docker://${host}/cloudfoundry/some-guid:${sha1}`,
      `oci:${join(home, 'pulled')}:app`,
    ]);
    t.deepEqual((await readdir(join(home, 'pulled'))).toSorted(), ['blobs', 'index.json', 'oci-layout']);
    await showsDashboard(t, url);
    server.kill('SIGINT');
    t.is(await server.ended, 0, server.log());
  },
);

/** The page is there, and all files that it names. */
async function showsDashboard(t: ExecutionContext, url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const files = new Set(page.match(/\/dashboard\/[\w./-]+/g));
  t.true(files.size > 10, page);
  for (const file of files) t.is((await fetch(url + file)).status, 200, file);
}

/** Packs a copy of the checkout: packing makes a folder in it. */
async function pack(t: ExecutionContext): Promise<{ checkout: string; archive: string }> {
  const checkout = await tempDir(t);
  const files = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'LICENSE', 'README.md'];
  for (const path of [...files, 'CHANGELOG.md', 'src', 'deploy'])
    await cp(join(root, path), join(checkout, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  await run('npm', ['pack', '--silent'], { cwd: checkout });
  return { checkout, archive: join(checkout, `dropstack-${version}.tgz`) };
}

/** The paths in the package, as its sources are: one file of JavaScript for each of TypeScript, and the others. */
async function expected(source: string): Promise<string[]> {
  const sources = await Array.fromAsync(glob('**/*', { cwd: source, withFileTypes: true }));
  const made = sources
    .filter((entry) => entry.isFile() && !['dropstack.js', 'tsconfig.json'].includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).replace(source, 'package/dist'))
    .map((path) => path.replace(/\.ts$/, '.js'));
  const entry = ['package.json', 'README.md', 'LICENSE', 'src/dropstack.js'].map((path) => `package/${path}`);
  return [...made, ...entry];
}

/** Installs the package into an empty directory of a machine that has Node 26, and nothing of the checkout on its PATH. */
async function install(t: ExecutionContext, archive: string) {
  const directory = await tempDir(t);
  await writeFile(join(directory, 'package.json'), '{"name":"elsewhere","private":true}\n');
  const path = process.env['PATH']?.split(delimiter).filter((folder) => !folder.startsWith(root)) ?? [];
  const env = { ...process.env, PATH: [dirname(process.execPath), ...path].join(delimiter) };
  const npm = async (program: 'npm' | 'npx', ...args: string[]) =>
    (await run(findTool(program) ?? program, args, { cwd: directory, env, timeout: 300_000 })).stdout;
  await npm('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', archive);
  return {
    npx: (...args: string[]) => npm('npx', '--no-install', ...args),
    bin: join(directory, 'node_modules/.bin/dropstack'),
    env,
  };
}
