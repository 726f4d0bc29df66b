import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers } from './containerd-leftovers.ts';
import { atEnd, type Owner } from './owner.ts';
import { run, type Output } from './run.ts';
import { start, type Running } from './start.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

type Registry = {
  /** `name:password` */
  user?: string;
  /** PEM file of the authority that signed the registry's certificate; without it, the registry speaks plain HTTP */
  ca?: string;
  /** More flags of `ctr image pull`. */
  flags?: readonly string[];
};

type Container = {
  env?: Record<string, string>;
  /** Instead of the image's entrypoint and command. */
  args?: readonly string[];
  /** More flags of `ctr run`. */
  flags?: readonly string[];
};

/** A container: its output, and how it ended. */
type RunningContainer = Omit<Running, 'kill' | 'pid' | 'stop'> & {
  id: string;
  /** Sends a signal to its first process. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
};

export type Containerd = {
  /** Everything of its own is below this directory. */
  root: string;
  /** The socket that it listens at. */
  address: string;
  /** Runs `ctr` with these arguments. */
  ctr: (...args: string[]) => Promise<Output>;
  pull: (reference: string, registry?: Registry) => Promise<Output>;
  /** Starts a container of an image that was pulled, with runc in the host's network. */
  run: (reference: string, container?: Container) => RunningContainer;
};

/** Debian's is a 1.6. */
const releases = {
  Debian: { daemon: 'containerd', client: 'ctr' },
  2: { daemon: 'containerd-2/containerd', client: 'containerd-2/ctr' },
} as const;
type Release = keyof typeof releases;

/**
 * Starts a containerd of its own. When its owner ends, so do its containers and their shims, and what they mounted is
 * unmounted. Needs root.
 */
export async function startContainerd(owner: Owner, release: Release = 'Debian'): Promise<Containerd> {
  const programs = releases[release];
  const root = await tempDir(owner);
  const socket = join(root, 'c.sock');
  atEnd(owner, () => removeLeftovers(root));
  await writeFile(join(root, 'config.toml'), configuration(root, socket));
  const daemon = start(owner, toolPath(programs.daemon), ['--config', join(root, 'config.toml')]);
  await daemon.logged(/containerd successfully booted/);

  const ctrPath = toolPath(programs.client);
  const ctr = (...args: string[]) => run(ctrPath, ['--address', socket, ...args]);
  let containers = 0;
  return {
    root,
    address: socket,
    ctr,
    pull: async (reference, registry = {}) =>
      ctr('image', 'pull', ...(await pullFlags(root, reference, registry)), reference),
    run: (reference, container = {}) => {
      const id = `ds-${process.pid}-${containers++}`;
      const flags = runFlags(root, container);
      const args = ['run', ...flags, reference, id, ...(container.args ?? [])];
      const { log, logged, ended } = start(owner, ctrPath, ['--address', socket, ...args]);
      // `ctr run` passes signals on, but those that come early end it and not the container.
      const kill = async (signal: NodeJS.Signals) => void (await ctr('task', 'kill', '--signal', signal, id));
      // Neither need the container be there any more, nor does every first process heed SIGTERM.
      atEnd(owner, () => kill('SIGKILL').catch(() => undefined));
      return { id, log, logged, ended, kill };
    },
  };
}

function configuration(root: string, socket: string): string {
  return `version = 2
root = "${root}/root"
state = "${root}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
`;
}

async function pullFlags(
  root: string,
  reference: string,
  { user, ca, flags = [] }: Registry,
): Promise<string[]> {
  const host = reference.split('/')[0] ?? '';
  const trust =
    ca === undefined ? ['--plain-http'] : ['--hosts-dir', await writeHosts(join(root, 'hosts'), host, ca)];
  return [...trust, ...(user === undefined ? [] : ['--user', user]), ...flags];
}

/** `ctr` speaks plain HTTP to loopback addresses, even with `--tlscacert`, unless a hosts.toml says otherwise. */
async function writeHosts(directory: string, host: string, ca: string): Promise<string> {
  const own = join(directory, host.replace(/:(\d+)$/, '_$1_'));
  await mkdir(own, { recursive: true });
  await writeFile(
    join(own, 'hosts.toml'),
    `server = "https://${host}"\n[host."https://${host}"]\nca = "${ca}"\n`,
  );
  return directory;
}

function runFlags(root: string, { env = {}, flags = [] }: Container): string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  // The default places of these two are below /run, where every containerd of the machine shares them.
  const own = ['--runc-root', join(root, 'runc'), '--fifo-dir', join(root, 'fifo')];
  return ['--rm', '--net-host', ...own, ...variables, ...flags];
}
