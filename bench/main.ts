import { bombsBench } from './bombs.ts';
import { cacheBench } from './cache.ts';
import { capacityBench } from './capacity.ts';
import { contestBench } from './contest.ts';
import { convertBench } from './convert.ts';
import { crowdBench } from './crowd.ts';
import { benchDroplets, type DropletName } from './droplets/bench-droplets.ts';
import { gateBench } from './gate.ts';
import { loadBench } from './load.ts';
import { memoryBench } from './memory.ts';
import { nodesBench } from './nodes.ts';
import { rolloutBench } from './rollout.ts';
import { soakBench } from './soak.ts';

const usage = `Which benchmark? Without a name: load
  npm run bench -- load [small|medium|large] [scenario...] [option...]
  npm run bench -- memory [megabytes]
  npm run bench -- convert [rounds] [droplet...]
  npm run bench -- contest [rounds] [seconds]
  npm run bench -- crowd [clients]
  npm run bench -- bombs [seconds]
  npm run bench -- nodes [rounds] [droplet...]
  npm run bench -- cache [megabytes] [files]
  npm run bench -- rollout [apps] [apps of a stand-in]
  npm run bench -- gate [--record] [--rounds <n>] [scenario...]
  npm run bench -- soak [minutes]
  npm run bench -- capacity <report.json>... [--out FILE] [--set name=value]...
Droplets: ${Object.keys(benchDroplets).join(', ')}
`;

const [name, count, ...droplets] = process.argv.slice(2);

if (name === undefined || name === 'load') process.exitCode = await loadBench(process.argv.slice(3));
else if (name === 'memory') await memoryBench(Number(count ?? 1024));
else if (name === 'convert') await convertBench(Number(count ?? 5), droplets.filter(isDroplet));
else if (name === 'contest') await contestBench(Number(count ?? 3), Number(droplets[0] ?? 3));
else if (name === 'crowd') await crowdBench(Number(count ?? 500), 100);
else if (name === 'bombs') await bombsBench(Number(count ?? 20));
else if (name === 'nodes')
  await nodesBench(Number(count ?? 5), droplets.length === 0 ? undefined : droplets.filter(isDroplet));
else if (name === 'cache') await cacheBench(Number(count ?? 512), Number(droplets[0] ?? 100_000));
else if (name === 'rollout') await rolloutBench(Number(count ?? 4000), Number(droplets[0] ?? 40_000));
else if (name === 'capacity') process.exitCode = await capacityBench(process.argv.slice(3));
else if (name === 'gate') process.exitCode = await gateBench(process.argv.slice(3));
else if (name === 'soak') process.exitCode = (await soakBench(Number(count ?? 60))) ? 0 : 1;
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

function isDroplet(text: string): text is DropletName {
  return text in benchDroplets;
}
