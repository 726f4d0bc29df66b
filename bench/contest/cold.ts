import type { Owner } from '../../test/helpers/owner.ts';
import { startContenders } from '../convert/contenders.ts';
import { floor } from '../convert/floor.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { firstManifest, wholeImage } from '../peers/ask.ts';
import { bitsService } from '../peers/bits-service.ts';
import type { Usage } from '../peers/measured.ts';
import { inTurn } from './in-turn.ts';
import type { Race, Sample } from './race.ts';

const least = 'gunzip and hashes';

/** Nodes that start each app in the reference foundations: instances for each app. */
const nodes = 2;

/**
 * What nobody has asked for before: the manifest alone, and the whole image on each of two nodes. The predecessor converts for
 * each node anew.
 */
export async function coldRaces(
  owner: Owner,
  droplets: readonly BenchDroplet[],
  rounds: number,
): Promise<Race[]> {
  const { zstd, none } = await startContenders(owner);
  if (zstd === undefined || none === undefined) throw new Error('There is no dropstack that converts');
  const registries = [
    { name: 'dropstack', measure: zstd.measure },
    { name: 'dropstack, uncompressed layer', measure: none.measure },
    { name: 'bits-service', measure: bitsService },
  ];
  const tasks = [
    { name: 'cold manifest', ask: firstManifest },
    { name: `cold image on ${nodes} nodes`, ask: wholeImage(nodes) },
  ];
  const races: Race[] = [];
  for (const droplet of droplets) {
    for (const { name, ask } of tasks) {
      const contestants = [
        { name: least, visit: () => floor(droplet) },
        ...registries.map((one) => ({ name: one.name, visit: () => one.measure(droplet, ask) })),
      ];
      const samples = await inTurn(rounds, contestants, async ({ visit }) => sampleOf(await visit()));
      const aims = [{ times: 2, as: 'bits-service' }];
      races.push({ task: `${name} of ${droplet.name}`, unit: 'request', floor: least, aims, samples });
    }
  }
  return races;
}

function sampleOf({ wallMs, cpuSeconds }: Usage): Sample {
  return { requests: 1, bytes: 0, seconds: wallMs / 1000, cpuSeconds };
}
