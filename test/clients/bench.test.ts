import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { busyboxImage } from '../helpers/busybox-image.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { debianRootfs } from '../helpers/debian-rootfs.ts';
import { nodeDroplet, smallDroplet } from '../helpers/droplets.ts';
import { run } from '../helpers/run.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { start } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { toolPath } from '../helpers/tools.ts';

// These prove the bench that the tests of real clients stand on, without anything of dropstack's own.

const withContainerd = testWith('containerd', 'runc', 'busybox', 'setpriv', 'root');
const withDroplet = testWith('mmdebstrap', 'tar', 'setpriv', 'root');

withContainerd(
  'containerd runs a container, and leaves nothing behind when one still runs at the end',
  async (t) => {
    const stack = new AsyncDisposableStack();
    t.teardown(() => stack.disposeAsync());
    const { archive } = await busyboxImage(stack, 'localhost/bench:1');
    const containerd = await startContainerd(stack);
    await containerd.ctr('image', 'import', archive);

    const greeting = containerd.run('localhost/bench:1', {
      env: { WHOM: 'world' },
      args: ['sh', '-c', 'echo hello $WHOM; exit 3'],
    });
    t.is(await greeting.ended, 3);
    t.is(greeting.log(), 'hello world\n');

    const trap = containerd.run('localhost/bench:1', {
      args: ['sh', '-c', 'trap "echo told; exit 5" TERM; echo ready; while true; do sleep 0.1; done'],
    });
    await trap.logged(/ready/);
    await trap.kill('SIGTERM');
    t.is(await trap.ended, 5);

    const marker = `bench-${process.pid}`;
    const endless = containerd.run('localhost/bench:1', {
      args: ['sh', '-c', `echo on; sleep 1000; : ${marker}`],
    });
    await endless.logged(/on/);
    t.true((await commandLines()).some((line) => line.includes(marker)));
    t.true(await mountedBelow(containerd.root));
    await stack.disposeAsync();
    t.false(existsSync(containerd.root));
    t.false(await mountedBelow(containerd.root));
    const left = (await commandLines()).filter(
      (line) => line.includes(marker) || line.includes(containerd.root),
    );
    t.deepEqual(left, []);
  },
);

withDroplet('the droplet runs over the Debian rootfs', async (t) => {
  const [rootfs, droplet] = await Promise.all([debianRootfs(), nodeDroplet()]);
  t.true(droplet.size > 50e6);
  const root = await tempDir(t);
  const home = join(root, 'home/vcap');
  await run(toolPath('tar'), ['-xpf', rootfs, '-C', root, '--exclude=./dev/*']);
  await mkdir(home);
  await run(toolPath('tar'), ['-xzpf', droplet.path, '-C', home]);

  const launch =
    'export HOME=/home/vcap/app DEPS_DIR=/home/vcap/deps; . ../profile.d/0_node.sh; exec node server.js';
  const shell = ['bash', '-c', `cd /home/vcap/app; ${launch}`];
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', PORT: '0', VCAP_APP_HOST: '127.0.0.1' };
  const app = start(t, 'chroot', ['--userspec=2000:2000', root, ...shell], { env });
  const [, port] = await app.logged(/listening on (\d+)/);
  const response = await fetch(`http://127.0.0.1:${port ?? ''}/here`);
  t.like(await response.json(), { path: '/here', cwd: '/home/vcap/app', uid: 2000 });
  app.kill('SIGTERM');
  t.is(await app.ended, 7);
});

test('a small droplet has its files and the hashes that tell it', async (t) => {
  const directory = await tempDir(t);
  const droplet = await smallDroplet(directory, { 'app/start.sh': 'echo started' });
  const { stdout } = await run(toolPath('tar'), ['-tvzf', droplet.path]);
  t.regex(stdout, /^drwx------ vcap\/vcap .* \.\/$/m);
  t.regex(stdout, / \.\/app\/start\.sh$/m);
  t.is((await run('sha1sum', [droplet.path])).stdout.slice(0, 40), droplet.sha1);
  t.is((await run('sha256sum', [droplet.path])).stdout.slice(0, 64), droplet.sha256);
});

testWith('root')('a small disk is full when it is full', async (t) => {
  const stack = new AsyncDisposableStack();
  const disk = await smallDisk(stack, 1);
  await writeFile(join(disk, 'fits'), Buffer.alloc(900_000));
  await t.throwsAsync(writeFile(join(disk, 'does-not-fit'), Buffer.alloc(200_000)), { code: 'ENOSPC' });
  await stack.disposeAsync();
  t.false(existsSync(disk));
});

test('a command that fails says which, how and why', async (t) => {
  await t.throwsAsync(run('sh', ['-c', 'echo because >&2; exit 4']), { message: /exit code 4\nbecause/ });
  await t.throwsAsync(run('sleep', ['60'], { timeout: 50 }), { message: /sleep 60: ended by SIGKILL/ });
  await t.throwsAsync(run('no-such-command', []), { code: 'ENOENT' });
});

async function mountedBelow(root: string): Promise<boolean> {
  return (await readFile('/proc/self/mounts', 'utf8')).includes(` ${root}/`);
}

async function commandLines(): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
