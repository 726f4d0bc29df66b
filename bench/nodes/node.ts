import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeLeftovers } from '../../test/helpers/containerd-leftovers.ts';
import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import { run } from '../../test/helpers/run.ts';
import { start, type Running } from '../../test/helpers/start.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import { freshDisk } from '../peers/fresh-disk.ts';
import { measured, type Usage } from '../peers/measured.ts';
import type { Setup } from './setups.ts';

export type Node = {
  ctr: (...args: string[]) => Promise<string>;
  /** Pulls and unpacks. What that cost counts both the daemon, with what it starts, and its client. */
  pull: (reference: string, user: string, ...flags: string[]) => Promise<Usage>;
  /** Starts a container of a pulled image with runc in the node's network; `id` names it in `ctr`. */
  run: (owner: Owner, reference: string, id: string, env: Record<string, string>) => Running;
};

/**
 * Starts a containerd 2 with a disk of its own. Needs root.
 * @param inside what it is started behind, where its network is another than ours
 */
export async function startNode(owner: Owner, setup: Setup, inside: readonly string[] = []): Promise<Node> {
  const root = await freshDisk(owner, 12);
  const socket = join(root, 'c.sock');
  atEnd(owner, () => removeLeftovers(root));
  const config = join(root, 'config.toml');
  await writeFile(config, configuration(root, socket, setup));
  const containerd = toolPath('containerd-2/containerd');
  // The shim lies beside it.
  const env = {
    PATH: `${dirname(containerd)}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    ...disabled(setup),
  };
  const daemon = start(owner, 'env', [...inside, containerd, '--config', config], { env });
  await daemon.logged(/containerd successfully booted/);

  const [program, address] = [toolPath('containerd-2/ctr'), ['--address', socket]];
  return {
    ctr: async (...args) => (await run(program, [...address, ...args])).stdout,
    pull: async (reference, user, ...flags) => {
      const before = await cpuSeconds(daemon.pid);
      const pulling = ['images', 'pull', '--plain-http', '--user', user, ...flags, reference];
      const client = await measured(program, [...address, ...pulling]);
      return { ...client, cpuSeconds: client.cpuSeconds + (await cpuSeconds(daemon.pid)) - before };
    },
    run: (of, reference, id, variables) => {
      const given = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      const own = ['--runc-root', join(root, 'runc'), '--fifo-dir', join(root, 'fifo')];
      return start(of, program, [...address, 'run', '--rm', '--net-host', ...own, ...given, reference, id]);
    },
  };
}

function configuration(root: string, socket: string, { fetchBuffer = 0 }: Setup): string {
  return `version = 3
root = "${root}/root"
state = "${root}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
[plugins.'io.containerd.transfer.v1.local']
  concurrent_layer_fetch_buffer = ${fetchBuffer}
`;
}

function disabled({ gunzip }: Setup): NodeJS.ProcessEnv {
  return {
    ...(gunzip === 'igzip' ? {} : { CONTAINERD_DISABLE_IGZIP: '1' }),
    ...(gunzip === 'unpigz' ? {} : { CONTAINERD_DISABLE_PIGZ: '1' }),
  };
}

/** Of a process and the children that it has waited for, by proc_pid_stat(5): in hundredths on every Linux. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}
