import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { freePort } from '../helpers/free-port.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { start, type Running } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { goBin } from '../tools/find-tool.ts';

const withClients = testWith('containerd', 'runc', 'crane', 'skopeo', 'curl', 'setpriv', 'root');

const project = join(import.meta.dirname, '../..');

withClients('npm start serves a sample, and what it prints works as it is printed', async (t) => {
  const home = await tempDir(t);
  const containerd = await startContainerd(t);
  const env = {
    PATH: [goBin, process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter),
    HOME: home,
    CONTAINERD_ADDRESS: containerd.address,
    CONTAINERD_NAMESPACE: `npm-start-${process.pid}`,
  };
  const flags = ['--data', join(home, 'data'), '--listen', '127.0.0.1:0'];
  const begin = () => startTerminal(t, ['npm', 'start', '--', ...flags]);
  const npm = begin();
  await npm.logged(/Stop with Ctrl-C/);
  const printed = (command: string) => line(npm.log(), command);
  const shell = (command: string) => run('bash', ['-ec', command], { cwd: home, env });

  await shell(printed('crane'));
  await shell(printed('skopeo'));
  await shell(printed('ctr image pull'));
  t.deepEqual((await readdir(home)).filter((name) => name.startsWith('app')).toSorted(), ['app', 'app.tar']);

  // Somebody else may have taken the port.
  const port = await freePort();
  const withPort = (command: string) => command.replace('8081', String(port));
  const app = start(t, 'bash', ['-c', withPort(printed('ctr run'))], { cwd: home, env });
  await app.logged(/Listening on port/);
  t.regex((await shell(withPort(printed('curl')))).stdout, /^Hello from a nodejs droplet/);
  app.kill('SIGTERM');
  t.is(await app.ended, 0);

  const [, assignments = ''] = /^Look around, with (.*) in the environment:$/m.exec(npm.log()) ?? [];
  const lookAround = `export ${assignments.replace(' and ', ' ')}; cd ${project}; `;
  t.regex((await shell(lookAround + printed('npx dropstack rootfs'))).stdout, /^cflinuxfs4 .* promoted$/m);
  t.regex((await shell(lookAround + printed('npx dropstack image'))).stdout, /^droplet sample-app/m);

  await npm.controlC();
  t.regex(npm.log(), /Stopping\.$/m);
  const again = begin();
  await again.logged(/Stop with Ctrl-C/);
  t.notRegex(again.log(), /Making/);
  t.is(imageIn(again.log()), imageIn(npm.log()));
});

/** Starts a command as a terminal would: Ctrl-C reaches every process of it, and its owner's end is one. */
function startTerminal(owner: Owner, command: string[]): Running & { controlC: () => Promise<void> } {
  const running = start(owner, 'setsid', command, { cwd: project });
  let hasEnded = false;
  void running.ended.then(() => (hasEnded = true));
  const controlC = async () => {
    if (!hasEnded) process.kill(-running.pid, 'SIGINT');
    await running.ended;
  };
  atEnd(owner, controlC);
  return { ...running, controlC };
}

/** The printed command that begins like this, without what introduces it. */
function line(text: string, command: string): string {
  const [, found] = new RegExp(`^  (?:\\w+ {2,})?(${command} .*)$`, 'm').exec(text) ?? [];
  if (found === undefined) throw new Error(`Nothing was printed like ${command}:\n${text}`);
  return found;
}

function imageIn(text: string): string | undefined {
  return /cloudfoundry\/\S+/.exec(text)?.[0];
}
