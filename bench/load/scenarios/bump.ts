import { membersOf } from '../../../src/rollout/plan/waves.ts';
import type { Observed } from '../fleet/observed.ts';
import { watchServers } from '../foundation/watch-servers.ts';
import type { ScenarioReport } from '../report/report.ts';
import { allAtOnce } from '../workload/arrivals.ts';
import type { App } from '../workload/workload.ts';
import { inSequence } from './in-sequence.ts';
import { giveUpMs, measure, note, promise } from './measure.ts';
import { nothingConverted } from './promises.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** A canary of a hundredth, then more, then the rest. */
const shares = [{ percent: 1 }, { percent: 9 }, { percent: 25 }, {}];

/** Apps that are placed and restarted at once. */
const inFlight = 1_000;

/** Everything goes onto the next rootfs, as the patcher rolls it. */
export const bump: Scenario = {
  name: 'bump',
  play: async (theatre) => {
    const stage = await theatre.running();
    const { apps, versions, workload } = stage;
    const [from = '', to = ''] = versions;
    const ahead = await makeAhead(stage, to);
    await stage.place(placed(apps, from));
    const waves = wavesOf(apps);
    const about = {
      name: 'bump',
      what: `All apps are placed on the next rootfs and restarted, wave by wave: ${waves.map(({ length }) => length).join(', ')}.`,
    };
    const report = await measure(stage, about, async () => roll(stage, waves, to));
    const { requests, errors } = report.kinds.layer;
    const layers = requests - Object.values(errors).reduce((a, b) => a + b, 0);
    await stage.promote(to);
    await stage.place(placed(apps, null));
    return [
      note(
        promise(
          { ...report, ahead: ahead.took },
          {
            ...nothingConverted(report),
            'making images ahead converts nothing and reads no droplet': ahead.isFree,
            'no node fetches a layer but the rootfs, once': layers <= workload.nodes,
          },
        ),
        ahead.told,
        `${inFlight} apps at most restart at once; seconds and charts leave out the pauses in which they are placed`,
        ...manifestRates(report, theatre.reports),
      ),
    ];
  },
};

/** What a rollout does before its first wave. */
async function makeAhead(
  stage: Stage,
  version: string,
): Promise<{ isFree: boolean; took: ScenarioReport['ahead']; told: string }> {
  const watch = await watchServers(stage.servers);
  await stage.warm(version);
  const { conversions, moved, storeRequests, usage } = await watch.end();
  const each = ((usage.cpuSeconds * 1000) / stage.apps.length).toFixed(2);
  return {
    isFree: conversions === 0 && moved.fromSource === 0,
    took: {
      images: stage.apps.length,
      cpuSeconds: usage.cpuSeconds,
      storeRequests: Object.values(storeRequests).reduce((sum, times) => sum + times, 0),
      toStore: moved.toStore,
    },
    told: `images over ${version} were made before the first wave: ${conversions} conversions, ${moved.fromSource} bytes from the source, ${moved.fromStore} from the store, ${moved.toStore} to it, ${each} ms of CPU an image`,
  };
}

async function roll(stage: Stage, waves: readonly App[][], version: string): Promise<Observed> {
  const numbers = new Map(stage.apps.map(({ name }, at) => [name, at]));
  const seen: Observed[] = [];
  for (const batch of waves.flatMap(batchesOf)) {
    await stage.place(placed(batch, version));
    const some = new Set(batch.map(({ name }) => numbers.get(name)));
    const instances = stage.instances.filter(({ app }) => some.has(app));
    seen.push(await stage.fleet.run(stage.starts(allAtOnce, instances), { giveUpMs }));
  }
  return inSequence(seen);
}

/** Parts of a wave that may be under way together. */
function batchesOf(wave: readonly App[]): App[][] {
  return Array.from({ length: Math.ceil(wave.length / inFlight) }, (_, at) =>
    wave.slice(at * inFlight, (at + 1) * inFlight),
  );
}

/** Every app is in one wave. */
export function wavesOf(apps: readonly App[]): App[][] {
  const left = new Map(apps.map((app) => [app.name, app]));
  return shares.map((_, index) => {
    const names = membersOf(shares, index, [...left.keys()], new Set());
    const members = names.flatMap((name) => left.get(name) ?? []);
    for (const name of names) left.delete(name);
    return members;
  });
}

function placed(apps: readonly App[], version: string | null): Record<string, string | null> {
  return Object.fromEntries(apps.map(({ name }) => [name, version]));
}

/** Beside a warm restart, where there was one. */
function manifestRates(report: ScenarioReport, earlier: readonly ScenarioReport[]): string[] {
  const own = manifestRate(report);
  const warm = earlier.find(({ name }) => name === 'warm');
  const rate = `manifests for each second of the server's CPU, configs and layers included in that: ${own.toFixed(0)}`;
  if (warm === undefined) return [rate];
  return [
    `${rate}, ${(own / manifestRate(warm)).toFixed(2)} of the ${manifestRate(warm).toFixed(0)} of warm`,
  ];
}

function manifestRate({ kinds, server }: ScenarioReport): number {
  return (kinds['manifest-head'].requests + kinds['manifest-get'].requests) / server.cpuSeconds;
}
