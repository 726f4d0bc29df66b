import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from '../config/config.ts';
import type { Conversions } from '../convert/conversions.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import { openFacade, type Facade } from '../facade.ts';
import { watchConversions } from '../http/conversion-metrics.ts';
import { createMetrics } from '../http/metrics.ts';
import type { Serving } from '../http/serve.ts';
import { watchTraffic } from '../http/traffic-metrics.ts';
import { claimAddress } from './claim-address.ts';
import { claimCache } from './claim-cache.ts';
import { Member } from './member.ts';
import { partOf } from './part-of.ts';
import type { SupervisorAnswers } from './questions.ts';

/**
 * Serves with `config.processes` workers on one address, among which the kernel spreads the connections, until it is stopped.
 * This process serves nothing itself: it converts for all of them, and starts again who dies.
 * @param onBackgroundError hears of what fails while nobody waits for it
 * @throws Failure that the first worker to fail has failed with; then none is left
 */
export async function serveTogether(
  config: Config,
  log: Logger,
  onBackgroundError: (error: unknown) => void,
): Promise<Serving> {
  const releaseCache = config.cache && (await claimCache(config.cache.directory, config.processes));
  // Nothing is read through it.
  const facade = await openFacade(
    { ...config, cache: undefined, redirect: undefined },
    onBackgroundError,
  ).catch((error: unknown) => {
    releaseCache?.();
    throw error;
  });
  const close = (): void => {
    facade.close();
    releaseCache?.();
  };
  try {
    const { url, members } = await startAll(config, facade, log);
    return {
      url,
      stop: async (how) => {
        await Promise.all(members.map((member) => member.stop(how)));
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function startAll(
  config: Config,
  facade: Facade,
  log: Logger,
): Promise<{ url: string; members: Member[] }> {
  const claim = await claimAddress(config.listenHost, config.listenPort);
  const members: Member[] = [];
  const killAll = (): void => members.forEach((member) => member.kill());
  // Also where this process ends at once.
  process.on('exit', killAll);
  const registry = ownMetrics(facade);
  const answers: SupervisorAnswers = {
    ...converting(facade.conversions),
    allFigures: async () => {
      const [own, ...theirs] = await Promise.all([
        registry.getMetricsAsJSON(),
        ...members.map((member) => member.figures()),
      ]);
      return [own, ...theirs.flat()];
    },
  };
  for (let number = 1; number <= config.processes; number++) {
    members.push(new Member(partOf({ ...config, listenPort: claim.port }, number), answers, log));
  }
  try {
    const [url = ''] = await Promise.all(members.map((member) => member.start()));
    return { url, members };
  } catch (error) {
    killAll();
    throw error;
  } finally {
    claim.release();
  }
}

/** What this process does for all. */
function ownMetrics({ conversions, converters, moved }: Facade): Registry {
  const { registry } = createMetrics(() => conversions.running);
  if (converters !== undefined) watchConversions(registry, converters);
  watchTraffic(registry, moved, { sent: 0 });
  return registry;
}

/** What is asked for by several workers is one conversion, as with several clients of one process. */
function converting(conversions: Conversions): Pick<SupervisorAnswers, 'convert' | 'join'> {
  return {
    convert: async ({ job: { guid, hash, settings }, askers: [first, ...others] }) => {
      if (first === undefined) throw new Error('Nobody asks');
      const work = conversions.ensure(guid, hash, settings, first);
      for (const other of others) conversions.ensure(guid, hash, settings, other).catch(() => {});
      try {
        return { record: await work };
      } catch (error) {
        if (error instanceof DropletRefused) return { refusal: error.refusal };
        throw error;
      }
    },
    join: async ({ job: { guid, hash, settings }, asker }) => {
      await conversions.ensure(guid, hash, settings, asker).catch(() => {});
    },
  };
}
