import type { Command } from 'commander';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { openFacade } from '../facade.ts';
import { serve, type Serving } from '../http/serve.ts';
import { findIgzip } from '../layer/igzip.ts';
import { createLog } from '../log.ts';
import { serveTogether } from '../processes/serve-together.ts';
import { withServeFlags, type ServeFlags } from './serve-flags.ts';

/** Load balancers need some seconds to see that readiness fails, before connections are refused. */
const stopDelayMs = 5_000;
/** A pull of a large layer over a slow line. */
const graceMs = 120_000;

/** `dropstack serve` */
export function serveCommand(program: Command): void {
  withServeFlags(program.command('serve'))
    .description('serve droplets as images: the registry facade')
    .addHelpText(
      'after',
      '\nEvery option but --config is also read from the environment: DROPSTACK_LISTEN, DROPSTACK_TLS_CERT, …\n' +
        'Users, grants and certificates are read again when they change.',
    )
    .action(async ({ config: file, ...flags }: ServeFlags) => {
      await run(loadConfig(flags, process.env, file));
    });
}

/** Serves until SIGTERM or SIGINT. */
async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const onBackgroundError = (error: unknown): void =>
    log.warn({ error: reasonOf(error) }, 'failed in the background');
  const begin = config.processes > 1 ? serveTogether : serveAlone;
  const serving = await begin(config, log, onBackgroundError);
  stopOnSignals(serving, (signal) => log.info({ signal }, 'stopping'));
  const igzip = findIgzip();
  if (igzip !== undefined) log.info({ igzip }, 'gzip layers are compressed by igzip');
  log.info({ url: serving.url, publicUrl: config.publicUrl }, 'serving');
}

async function serveAlone(
  config: Config,
  log: Logger,
  onBackgroundError: (error: unknown) => void,
): Promise<Serving> {
  const facade = await openFacade(config, onBackgroundError);
  return serve(config, facade, log).catch((error: unknown) => {
    facade.close();
    throw error;
  });
}

/** npm passes on what the terminal has sent to us as well: the same wish, not a second one. */
const echoMs = 500;

/** A second signal ends at once. */
export function stopOnSignals(serving: Serving, onStop: (signal: string) => void): void {
  let stoppingSince: number | undefined;
  for (const [signal, delayMs] of [
    ['SIGTERM', stopDelayMs],
    ['SIGINT', 0],
  ] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (stoppingSince !== undefined && now - stoppingSince < echoMs) return;
      if (stoppingSince !== undefined) process.exit(1);
      stoppingSince = now;
      onStop(signal);
      void serving.stop({ delayMs, graceMs }).then(() => process.exit(0));
    });
  }
}
