import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { reasonOf } from '../../errors.ts';
import { openFacade } from '../../facade.ts';
import { serve, type Serving } from '../../http/serve.ts';
import { findIgzip } from '../../layer/igzip.ts';
import { createLog, type Log } from '../../log.ts';
import { serveTogether } from '../../processes/serve-together.ts';
import type { ServeFlags } from '../serve-flags.ts';
import { stopOnSignals } from './stop-on-signals.ts';

/** `dropstack serve`: until SIGTERM or SIGINT. */
export async function runFacade({ config: file, ...flags }: ServeFlags): Promise<void> {
  const config = loadConfig(flags, process.env, file);
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
  log: Log,
  onBackgroundError: (error: unknown) => void,
): Promise<Serving> {
  const facade = await openFacade(config, onBackgroundError);
  return serve(config, facade, log).catch((error: unknown) => {
    facade.close();
    throw error;
  });
}
