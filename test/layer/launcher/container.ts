import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { launcherLayer } from '../../../src/layer/launcher.ts';
import { sampleRootfs } from '../../../src/sample/rootfs.ts';

/** A test that starts containers, which only root may: skipped for others on their own machines, an error in CI. */
export const rootTest = process.getuid?.() === 0 ? test : skipOutsideCi();

export const run = promisify(execFile);

export type Ended = { code: number | null; stdout: string; stderr: string };

export type RunOptions = {
  env?: Record<string, string>;
  /** All that the process can read; of no use at a terminal. */
  stdin?: string;
  /** Whether the process sits at a terminal, as with `docker run -it`. */
  terminal?: boolean;
};

/** A directory tree that processes run in as in a container: own root, own process ids, a process 1, user vcap. */
export class Container {
  readonly root: string;
  readonly #started: Running[] = [];

  constructor(root: string) {
    this.root = root;
  }

  /** Starts `command` as process 1, with the environment that the image's config gives. */
  start(command: readonly string[], { env = {}, stdin = '', terminal = false }: RunOptions = {}): Running {
    const namespace = ['--pid', '--fork', `--mount-proc=${this.root}/proc`];
    const chroot = ['/usr/sbin/chroot', '--userspec=2000:2000', this.root];
    const isolated = ['/usr/bin/unshare', ...namespace, ...chroot, ...command];
    const [file = '', ...args] = terminal ? atTerminal(isolated) : isolated;
    const child = spawn(file, args, { env: { ...imageEnvironment, ...env } });
    // A command that ends without reading its input breaks the pipe.
    child.stdin.on('error', () => undefined);
    if (!terminal) child.stdin.end(stdin);
    const running = new Running(child);
    this.#started.push(running);
    return running;
  }

  /** Ends what still runs: the kernel ends all of a container with its process 1. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#started.map((running) => running.kill('SIGKILL')));
  }

  /** Runs `command` as process 1 to its end. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return await this.start(command, options).ended;
  }
}

const imageEnvironment = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/home/vcap/app',
  LANG: 'en_US.UTF-8',
};

/** `script` gives its command a terminal, and that one's session. */
function atTerminal(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  return ['/usr/bin/script', '--quiet', '--return', '--command', `exec ${quoted}`, '/dev/null'];
}

/** A running container. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = '';
  #over = false;

  constructor(child: ReturnType<typeof spawn>) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.ended = this.#end();
  }

  /** Waits until the output so far matches. */
  async output(pattern: RegExp): Promise<RegExpExecArray> {
    for (let over = false; ; over = this.#over) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (over) break;
      await sleep(10);
    }
    throw new Error(`The container ended before it said ${pattern}; it said ${this.#output}`);
  }

  /** Sends a signal to process 1, as a container runtime does. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const pid = Number(await this.#process1());
    // 0 would mean our own process group.
    if (!(pid > 0)) throw new Error(`No process 1 to send ${signal} to`);
    process.kill(pid, signal);
  }

  /** Waits until process 1 has a handler for `signal`; before that the kernel would drop it. */
  async catches(signal: NodeJS.Signals): Promise<void> {
    const bit = 1n << BigInt(constants.signals[signal] - 1);
    for (;;) {
      const status = await readFile(`/proc/${await this.#process1()}/status`, 'utf8').catch(() => '');
      const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
      if ((BigInt(`0x${caught}`) & bit) !== 0n) return;
    }
  }

  /** Types on the terminal's keyboard. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** The process id of process 1, as we see it; empty until it exists. */
  async #process1(): Promise<string> {
    const { pid } = this.#child;
    return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  }

  async #end(): Promise<Ended> {
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#child.once('close', resolve);
    const stderr = this.#child.stderr === null ? '' : await text(this.#child.stderr);
    const code = await promise;
    this.#over = true;
    return { code, stdout: this.#output, stderr };
  }
}

/** A fresh container of the sample rootfs and the launcher layer; `files` lie under `home/vcap`, and are vcap's. */
export async function container(t: ExecutionContext, files: Record<string, string> = {}): Promise<Container> {
  const root = join(await mkdtemp(join(tmpdir(), 'container-')), 'root');
  t.teardown(() => rm(dirname(root), { recursive: true, force: true }));
  await run('cp', ['--archive', '--link', await base(), root]);
  for (const [name, content] of Object.entries({ 'app/.keep': '', 'tmp/.keep': '', ...files })) {
    const path = join(root, 'home/vcap', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await run('chown', ['--recursive', '2000:2000', join(root, 'home/vcap')]);
  const started = new Container(root);
  t.teardown(() => started.stop());
  return started;
}

const bases: string[] = [];
let unpacked: Promise<string> | undefined;
test.after.always('remove the unpacked layers', async () => {
  for (const directory of bases) await rm(directory, { recursive: true, force: true });
});

/** The layers, unpacked once a test file; containers are hard links to it. */
function base(): Promise<string> {
  unpacked ??= unpackBase();
  return unpacked;
}

async function unpackBase(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'container-base-'));
  bases.push(directory);
  const root = join(directory, 'root');
  await mkdir(root);
  const layer = await launcherLayer([]);
  await sampleRootfs(join(directory, 'rootfs.tar'));
  await writeFile(join(directory, 'launcher.tar'), layer?.bytes ?? '');
  for (const tar of ['rootfs.tar', 'launcher.tar']) {
    await run('tar', ['--extract', '--directory', root, '--file', join(directory, tar)]);
  }
  // As the OCI runtime specification has it ("Dev symbolic links").
  await symlink('/proc/self/fd', join(root, 'dev/fd'));
  await run('mknod', ['--mode=666', join(root, 'dev/null'), 'c', '1', '3']);
  return root;
}

function skipOutsideCi(): typeof test.skip {
  if (process.env['CI'] !== undefined) throw new Error('Tests that start containers need root');
  return test.skip;
}
