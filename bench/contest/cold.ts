import type { Owner } from '../../test/helpers/owner.ts';
import { startContenders } from '../convert/contenders.ts';
import { floor } from '../convert/floor.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { bitsService } from '../peers/bits-service.ts';
import type { Usage } from '../peers/measured.ts';
import { inTurn } from './in-turn.ts';
import type { Race, Sample } from './race.ts';

const least = 'gunzip and hashes';

/** The first pull of the manifest of a droplet that nobody has asked for, to its last byte. */
export async function coldRaces(
  owner: Owner,
  droplets: readonly BenchDroplet[],
  rounds: number,
): Promise<Race[]> {
  const { zstd, none } = await startContenders(owner);
  if (zstd === undefined || none === undefined) throw new Error('There is no dropstack that converts');
  const contestants = [
    { name: least, measure: floor },
    { name: 'dropstack', measure: zstd.measure },
    { name: 'dropstack, uncompressed layer', measure: none.measure },
    { name: 'bits-service', measure: bitsService },
  ];
  const races: Race[] = [];
  for (const droplet of droplets) {
    const visit = async ({ measure }: (typeof contestants)[number]) => sampleOf(await measure(droplet));
    races.push({
      task: `cold manifest of ${droplet.name}`,
      unit: 'request',
      floor: least,
      aims: [{ times: 2, as: 'bits-service' }],
      samples: await inTurn(rounds, contestants, visit),
    });
  }
  return races;
}

function sampleOf({ wallMs, cpuSeconds }: Usage): Sample {
  return { requests: 1, bytes: 0, seconds: wallMs / 1000, cpuSeconds };
}
