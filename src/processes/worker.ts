/** One of several processes that serve one address together. It is told what to do by the supervisor that has started it. */
import { flushCompileCache } from 'node:module';
import type { Config } from '../config/config.ts';
import { reasonOf } from '../errors.ts';
import { openFacade } from '../facade.ts';
import { createMetrics } from '../http/metrics.ts';
import { serve, type Serving } from '../http/serve.ts';
import { createLog } from '../log.ts';
import { Channel } from './channel.ts';
import type { Stop, SupervisorAnswers, WorkerAnswers } from './questions.ts';
import { RemotePool } from './remote-pool.ts';
import { SharedRegistry } from './shared-registry.ts';

/** What runs without a supervisor has so long to end: the next one wants the address and the cache. */
const orphan: Stop = { delayMs: 0, graceMs: 10_000 };

/** Longer than the supervisor waits for one of us. */
const figuresMs = 5_000;

let serving: Promise<Serving> | undefined;
const registry = new SharedRegistry(() => supervisor.ask('allFigures', null, figuresMs));
const answers: WorkerAnswers = {
  serve: async (config) => {
    serving = begin(config);
    return (await serving).url;
  },
  stop: (how) => end(how),
  figures: () => registry.getMetricsAsJSON(),
};
const supervisor = new Channel<SupervisorAnswers>('The supervisor', process, answers);

// A terminal, or a service manager, may send them to all: the supervisor says what is to be done.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => void end(orphan));
flushCompileCache();

async function begin(config: Config): Promise<Serving> {
  const log = createLog(config.logLevel);
  const onBackgroundError = (error: unknown): void =>
    log.warn({ error: reasonOf(error) }, 'failed in the background');
  const facade = await openFacade(config, onBackgroundError, undefined, new RemotePool(supervisor));
  // The supervisor knows what is converted for all.
  return serve(
    config,
    facade,
    log,
    createMetrics(() => 0, registry),
  );
}

async function end(how: Stop): Promise<void> {
  try {
    await (await serving)?.stop(how);
  } finally {
    process.exit(0);
  }
}
