import { decimal } from '../../load/report/figures/units.ts';
import { layerBytesOf, megabyte } from '../load-of.ts';
import { playedOf, type Played, type Run } from '../read-runs.ts';
import type { Costs } from './costs.ts';
import type { Ledger } from './ledger.ts';

type Cpu = Costs['cpu'];

export function cpuCosts(ledger: Ledger, runs: readonly Run[], bytes: Costs['bytes']): Cpu {
  const [start, lookup] = ledger.both(
    'CPU of a start (a), and of looking its tag up again (b)',
    'warm: CPU = starts × a + lookups × b',
    playedOf(runs, 'warm').map(({ seen, work }) => [seen.server.cpuSeconds, work.starts, work.lookups]),
    { known: usualLookup, show: [milliseconds, milliseconds] },
  );
  const [fetch, second] = ledger.both(
    'CPU of fetching manifest and config (a), and of a second of waiting (b)',
    'bump: CPU − starts × that of a start = fetches × a + seconds × b; the rootfs layers are counted in',
    playedOf(runs, 'bump').map(({ seen, work }) => [
      seen.server.cpuSeconds - work.starts * start,
      work.fetches,
      work.seconds,
    ]),
    { known: 0, show: [milliseconds, milliseconds] },
  );
  const rest = ({ seen, work }: Played): number =>
    seen.server.cpuSeconds - work.starts * start - work.fetches * fetch - work.seconds * second;
  const layers = layerCosts(ledger, runs, bytes, rest);
  const conversions = conversionCosts(ledger, runs, (one) => rest(one) - spentOnLayers(one, bytes, layers));
  const image = ledger.each(
    'CPU of an image made ahead',
    'before bump: CPU / images',
    runs.map(({ ahead: { cpuSeconds, images } }) => [cpuSeconds, images]),
    milliseconds,
  );
  return { start, lookup, fetch, second, ...layers, ...conversions, image };
}

type Rest = (one: Played) => number;

function layerCosts(
  ledger: Ledger,
  runs: readonly Run[],
  bytes: Costs['bytes'],
  rest: Rest,
): Pick<Cpu, 'layer' | 'layerMegabyte'> {
  const [layer, layerMegabyte] = ledger.both(
    'CPU of a layer (a), and of each megabyte of it (b)',
    'drain: CPU − starts, fetches and seconds at their costs = layers × a + megabytes × b',
    playedOf(runs, 'drain').map((one) => [rest(one), one.work.layers, sent(one, bytes)]),
    { known: usualSending, show: [milliseconds, milliseconds] },
  );
  return { layer, layerMegabyte };
}

function conversionCosts(
  ledger: Ledger,
  runs: readonly Run[],
  rest: Rest,
): Pick<Cpu, 'conversion' | 'conversionMegabyte'> {
  const [conversion, conversionMegabyte] = ledger.both(
    'CPU of a conversion (a), and of each megabyte of the droplet (b)',
    'cold: CPU − starts, fetches, seconds and layers at their costs = conversions × a + megabytes × b',
    playedOf(runs, 'cold').map((one) => [
      rest(one),
      one.work.conversions,
      one.work.convertedBytes / megabyte,
    ]),
    { known: usualConverting, show: [milliseconds, milliseconds] },
  );
  return { conversion, conversionMegabyte };
}

function spentOnLayers(
  one: Played,
  bytes: Costs['bytes'],
  { layer, layerMegabyte }: Pick<Cpu, 'layer' | 'layerMegabyte'>,
): number {
  return (one.work.layers + one.work.baseLayers) * layer + sent(one, bytes) * layerMegabyte;
}

function sent({ work }: Played, bytes: Costs['bytes']): number {
  return layerBytesOf(work, bytes) / megabyte;
}

/** Seconds, where no run took so long that anything was looked up again: as it was seen in one that did. */
const usualLookup = 0.001;

/** Seconds for a megabyte, where runs with droplets of one size can't tell: as it was seen with several sizes. */
const [usualSending, usualConverting] = [0.0015, 0.028];

function milliseconds(seconds: number): string {
  return `${decimal(seconds * 1000)} ms`;
}
