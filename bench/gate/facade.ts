import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Owner } from '../../test/helpers/owner.ts';
import { startServe, type Served } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { treeCopiedBytes, treeCpuSeconds } from '../process-tree.ts';
import type { Cost } from './scenario.ts';

const hook = pathToFileURL(join(import.meta.dirname, 'allocation-process.ts')).href;

export type FacadeOptions = Pick<NonNullable<Parameters<typeof startServe>[1]>, 'tls' | 'data' | 'config'>;

export type Facade = {
  server: Served;
  /** What `work`, which answers how much it was, has cost the server. */
  costOf: (work: () => Promise<number>) => Promise<Cost>;
};

/**
 * Starts dropstack as it is installed. It tells what it allocates, and takes more options of Node's from the environment's
 * `GATE_NODE_OPTIONS`: by those it can be burdened, to see that the gate notices.
 */
export async function startFacade(owner: Owner, options: FacadeOptions): Promise<Facade> {
  const socket = join(await tempDir(owner), 'allocated');
  const { GATE_NODE_OPTIONS: more = '', NODE_OPTIONS: own = '' } = process.env;
  const server = await startServe(owner, {
    ...options,
    keepLog: 100_000,
    env: { GATE_ALLOCATION_SOCKET: socket, NODE_OPTIONS: `${own} --import ${hook} ${more}` },
  });
  const look = async (): Promise<Required<Omit<Cost, 'work'>>> => ({
    cpuSeconds: await treeCpuSeconds(server.pid),
    copied: await treeCopiedBytes(server.pid),
    allocated: Number(await text(connect(socket))),
  });
  return {
    server,
    costOf: async (work) => {
      const before = await look();
      const done = await work();
      const after = await look();
      return {
        work: done,
        cpuSeconds: after.cpuSeconds - before.cpuSeconds,
        copied: after.copied - before.copied,
        allocated: after.allocated - before.allocated,
      };
    },
  };
}
