import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';
import { shell, type Shell } from './shell.ts';

/** A machine to try commands on, and a shell on it. */
export type World = Shell & {
  /** The address of the loopback that is registry.example.org there, and nobody else's. */
  address: string;
};

const project = join(import.meta.dirname, '../..');

/**
 * A world of the machine's own programs and files, the checkout at /opt/dropstack, in which changes below the directories
 * that `boot.sh` names are of the world alone. Processes see none but those of the world, and all end with its owner. It
 * shares the machine's network. Needs root.
 * @param variables of the shell's environment
 */
export async function startWorld(owner: Owner, variables: Record<string, string> = {}): Promise<World> {
  const home = await tempDir(owner);
  const network = `127.${randomInt(200, 255)}.${randomInt(256)}`;
  await provideStandIns(home);
  // Linux kills the first process when its parent ends, and with it all the others.
  const apart = ['--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const boot = ['/bin/bash', join(import.meta.dirname, 'boot.sh'), home, project, network];
  const bash = spawn(toolPath('setpriv'), ['--pdeathsig', 'KILL', toolPath('unshare'), ...apart, ...boot], {
    env: environment(home, variables),
  });
  const ended = once(bash, 'close');
  atEnd(owner, async () => {
    bash.kill('SIGKILL');
    await ended;
  });
  return { address: `${network}.1`, ...shell(bash, home) };
}

/** Programs in the place of those that cannot be here. */
async function provideStandIns(home: string): Promise<void> {
  await mkdir(join(home, 'bin'));
  const path = join(home, 'bin/systemctl');
  await copyFile(join(import.meta.dirname, 'systemctl.sh'), path);
  await chmod(path, 0o755);
}

function environment(home: string, variables: Record<string, string>): NodeJS.ProcessEnv {
  const tools = '/opt/dropstack/node_modules/.cache/dropstack/bin';
  const path = [`${home}/bin`, tools, `${tools}/kubernetes`, process.env['PATH'], '/usr/sbin', '/sbin'];
  return { HOME: '/root', PATH: path.join(':'), STAND_IN: home, LC_ALL: 'C.UTF-8', ...variables };
}
