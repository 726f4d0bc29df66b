import type { Owner } from '../helpers/owner.ts';
import { startServe, type Served } from '../helpers/serve.ts';

/** A `dropstack serve` that is started again whenever it ended, as an orchestrator does. */
export type Replica = {
  /** The one that runs; undefined while none does. */
  server: () => Served | undefined;
  /** kill -9, and its next life. */
  crash: () => Promise<void>;
  /** All that it logged, in all its lives. */
  log: () => string;
  /** Lives that ended before they served: the store failed them at their start. */
  failedStarts: () => number;
};

/** @param config more of the configuration file @param env changes of the environment */
export async function startReplica(
  owner: Owner,
  config: Record<string, unknown>,
  env: NodeJS.ProcessEnv = {},
): Promise<Replica> {
  let server: Served | undefined;
  let failed = 0;
  const logs: (() => string)[] = [];
  const live = async (): Promise<void> => {
    for (;;) {
      try {
        const started = await startServe(owner, { config: { data: undefined, ...config }, env });
        logs.push(started.log);
        server = started;
        return;
      } catch (error) {
        if (++failed > 50) throw error;
      }
    }
  };
  await live();
  return {
    server: () => server,
    crash: async () => {
      const dying = server;
      dying?.kill('SIGKILL');
      await dying?.ended;
      server = undefined;
      await live();
    },
    log: () => logs.map((log) => log()).join(''),
    failedStarts: () => failed,
  };
}
