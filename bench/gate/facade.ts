import type { Owner } from '../../test/helpers/owner.ts';
import { startServe, type Served } from '../../test/helpers/serve.ts';
import { heapOf } from '../heap.ts';
import { treeCopiedBytes } from '../process-tree.ts';
import type { Series } from './scenario.ts';

export type FacadeOptions = Pick<NonNullable<Parameters<typeof startServe>[1]>, 'tls' | 'data' | 'config'>;

export type Facade = {
  server: Served;
  /** What work, of which `run` answers how much it was and what CPU it took beside the floor, has cost. */
  measure: (run: () => Promise<{ ratios: number[]; work: number }>) => Promise<Required<Series>>;
};

/**
 * Starts dropstack as it is installed. It tells what it allocates, and takes more options of Node's from the environment's
 * `GATE_NODE_OPTIONS`: by those it can be burdened, to see that the gate notices.
 */
export async function startFacade(owner: Owner, options: FacadeOptions): Promise<Facade> {
  const heap = await heapOf(owner, process.env['GATE_NODE_OPTIONS']);
  const server = await startServe(owner, { ...options, keepLog: 100_000, env: heap.env });
  const look = () => Promise.all([treeCopiedBytes(server.pid), heap.read('allocated')]);
  return {
    server,
    measure: async (run) => {
      const [copied, allocated] = await look();
      const { ratios, work } = await run();
      const [copiedNow, allocatedNow] = await look();
      return {
        cpu: ratios,
        copied: [(copiedNow - copied) / work],
        allocated: [(allocatedNow - allocated) / work],
      };
    },
  };
}
