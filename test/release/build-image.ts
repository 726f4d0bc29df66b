import { copyFile, cp, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { removeLeftovers } from '../helpers/containerd-leftovers.ts';
import { debianRootfs } from '../helpers/debian-rootfs.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { run, type Output } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';
import { findTool } from '../tools/find-tool.ts';

const root = join(import.meta.dirname, '../..');

export type Builder = {
  /** a base with Node 26 and npm, by its digest */
  base: string;
  /** What must be in no image: it stands in the file with npm's settings that the build is given. */
  secret: string;
  /** Builds the checkout as the documents say, over `from`. */
  build: (from: string, ...flags: string[]) => Promise<Output>;
  buildah: (...args: string[]) => Promise<Output>;
};

/** A buildah with a storage of its own, and a base that is made here: no registry is asked. Needs root. */
export async function openBuilder(owner: Owner): Promise<Builder> {
  const home = await tempDir(owner);
  atEnd(owner, () => removeLeftovers(home));
  const program = [
    'buildah',
    '--storage-driver',
    'overlay',
    '--root',
    join(home, 's'),
    '--runroot',
    join(home, 'r'),
  ];
  const env = { ...process.env, HOME: home, TMPDIR: home, BUILDER: program.join(' ') };
  await mkdir(join(home, '.config/containers'), { recursive: true });
  await writeFile(
    join(home, '.config/containers/policy.json'),
    '{"default":[{"type":"insecureAcceptAnything"}]}',
  );
  const buildah = (...args: string[]) =>
    run(toolPath('buildah'), [...program.slice(1), ...args], { env, timeout: 300_000 });
  const { secret, settings } = await npmSettings(home);
  const build = (from: string, ...flags: string[]) => {
    const given = [
      '--isolation',
      'chroot',
      '--pull-never',
      '--build-arg',
      `BASE=${from}`,
      ...settings,
      ...flags,
    ];
    const args = ['run', '--silent', 'image', '--', ...given, '.'];
    return run('npm', args, { cwd: root, env, timeout: 600_000, mayFail: true });
  };
  return { base: await makeBase(buildah), secret, build, buildah };
}

/** Debian with the Node that runs us and the npm of this machine, as Node's own images have them. @returns its reference */
async function makeBase(buildah: Builder['buildah']): Promise<string> {
  const container = (await buildah('from', 'scratch')).stdout.trim();
  const tree = (await buildah('mount', container)).stdout.trim();
  await run('tar', ['-xf', await debianRootfs(), '-C', tree, '--numeric-owner']);
  const local = join(tree, 'usr/local');
  await copyFile(createRequire(import.meta.url).resolve('node/bin/node'), join(local, 'bin/node'));
  const npm = dirname(dirname(await realpath(findTool('npm') ?? 'npm')));
  await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await buildah('umount', container);
  await buildah('config', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', container);
  await buildah('commit', '--quiet', '--rm', container, 'localhost/base:latest');
  const { stdout } = await buildah('images', '--format', '{{.Digest}}', 'localhost/base');
  return `localhost/base@${stdout.trim()}`;
}

/** What npm is told on this machine, as flags of a build; and its cache, so that nothing is downloaded twice. */
async function npmSettings(home: string): Promise<{ secret: string; settings: string[] }> {
  const secret = crypto.randomUUID();
  const own = await readFile(await setting('userconfig'), 'utf8').catch(() => '');
  const lines = [own, `; ${secret}`, `registry=${await setting('registry')}`, 'prefer-offline=true'];
  const volumes = [`${await setting('cache')}:/root/.npm`];
  const authorities = process.env['NODE_EXTRA_CA_CERTS'] ?? (await setting('cafile'));
  if (authorities !== 'null') {
    volumes.push(`${authorities}:/etc/npm-ca.pem:ro`);
    lines.push('cafile=/etc/npm-ca.pem');
  }
  const file = join(home, 'npmrc');
  await writeFile(file, `${lines.join('\n')}\n`);
  return {
    secret,
    settings: [...volumes.flatMap((each) => ['--volume', each]), '--secret', `id=npmrc,src=${file}`],
  };
}

async function setting(name: string): Promise<string> {
  return (await run('npm', ['config', 'get', name])).stdout.trim();
}
