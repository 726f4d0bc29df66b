import { bytes } from '../../../src/cli/print.ts';
import { setting } from '../../load/report/figures/setting.ts';
import { count, decimal } from '../../load/report/figures/units.ts';
import { bound } from '../predict.ts';
import type { Study } from '../study.ts';
import { answer, settings } from './answer.ts';
import { assumed, costSteps, events, goals, situations } from './arithmetic.ts';
import { check, tolerances } from './check.ts';
import { table } from './markdown.ts';

/** `docs/capacity.md`: the same for the same reports and inputs. */
export function pageOf(study: Study): string {
  const { runs, given, processBytes, costs } = study;
  const memory = `${bytes(given.supervisorBytes)} + ${given.replicaCores} × (${bytes(processBytes)} + ${bytes(given.converterBytes)})`;
  const sections = [
    '# What a fleet needs',
    `Made by \`npm run bench -- capacity\` from the reports [below](#made-from): what things cost was measured here, what happens in a fleet is [assumed](#what-is-assumed). Give your own figures with \`--set name=value\`.`,
    answer(study),
    '## How to read it',
    `- **Replicas** is what the busiest situation needs at ${decimal(given.utilisation * 100)} % of cores and network at the most, and one more that may be away. **Cores at work** and **network** are of all replicas together, at that utilisation and without the one that may be away.
- **Through replicas** is how it works without a word of configuration. With **redirects** nodes get layers of a MiB and more from the store: its bytes grow, those of replicas all but go. With **peers**, such as Spegel or Dragonfly, a layer comes from us ${given.peerCopies} times at the most while many ask for it, and not at all where another node has it; tags, manifests and configs are still counted as ours.
- **Store gives** counts what caches spare; replicas are sized as if caches were empty, as they are after a restart. The droplets' own store gives each droplet once more, when it is converted.
- **Peaks** are of one situation each, and not added: a zone is lost on an ordinary day, not while a bump gives all nodes a rootfs.`,
    '## What to configure',
    settings(study),
    `Memory of a replica: supervisor + processes × (process + converter) = ${memory}. A process took ${bytes(processBytes)} at its peak while nothing was converted, the most that was seen (${peaks(runs)}); a converter is counted at its bound, and takes some 200 MB of it ([conversion.md](conversion.md)). The cache: processes × (two rootfs versions + what is deployed within ${count(given.cacheSeconds)} s of the busiest hour × the part of it that one process is asked for, 1 − (1 − 1/c)ⁱ, of c processes in all and i instances an app). \`redirect: {}\` turns redirects on, for a store in S3. Connections are those of the busiest situation, kept for ${given.idleSeconds} s by containerd; above three quarters of the limit, idle ones are closed. Downloads are three of each node, while one replica is away. [operations.md](operations.md#configure) says what each option means.`,
    '## What is assumed',
    assumed(study),
    '## What things cost',
    `Each cost is taken from the reports together, less what the costs above it explain. Where two things came together, the two costs are those that come nearest to all equations (least squares of the relative error, none below zero).`,
    costSteps(study),
    `Droplets of the harness are small and hold less text than real ones. What is sized below takes ${decimal(given.conversionMs)} ms for a converted megabyte, from [conversion.md](conversion.md), instead of what is found here, and a request to the store at the least for each layer and each app over another rootfs, as if memory held none; the [check](#checked) takes what is found here.`,
    '### Each event',
    'Of a droplet of the mean size:',
    events(study),
    '## What happens',
    situations(study),
    `What caches spare: of n that ask for a layer, spread by chance over c processes that keep it, c × (1 − (1 − 1/c)ⁿ) find that theirs has not got it. After a zone is lost each layer is asked for once or twice, of all there are, so that no cache helps.`,
    '## How busy replicas may be',
    `A server is taken as M/G/1 with processor sharing: its loop goes round all that it has begun, so that a start takes in the mean what it takes alone / (1 − utilisation), whatever the others are like; a queue with several servers would promise more. 95 of 100 are taken to be within three times the mean, as of an exponential time. The node's own network, unpacking, and the kubelet's queue come on top. Conversions run at a lower priority than answers. A process that waits uses ${decimal(costs.cpu.second * 100)} % of its core, which is taken off.`,
    goals(study),
    '## Checked',
    `Each run is predicted from its workload and from the costs of the *other* runs. The clock is checked where server and clients used ${bound * 100} % of all cores, so that CPU was the bound: (predicted CPU of the server + CPU of the clients) / cores. Requests to the store are checked where memory holds nothing of what is asked for, or all.`,
    check(study),
    tolerances(),
    '## Made from',
    madeFrom(runs),
    '## Limits',
    limits(Math.max(...runs.map(({ workload }) => workload.apps))),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Of `bump`, run by run: it converts nothing. */
function peaks(runs: Study['runs']): string {
  return runs
    .map(({ workload: { apps }, played }) => {
      const peak = played.find(({ name }) => name === 'bump')?.seen.server.peakMemory ?? 0;
      return `${bytes(peak)} with ${count(apps)} apps`;
    })
    .join(', ');
}

function madeFrom(runs: Study['runs']): string {
  const rows = runs.map(({ report, workload }) => [
    count(workload.nodes),
    count(workload.apps),
    report.version,
    report.begun,
    setting(report).join('; '),
  ]);
  return table(['Nodes', 'Apps', 'dropstack', 'Begun', 'Machine, workload, setup'], rows);
}

/** @param apps the most of any run */
function limits(apps: number): string {
  return `- **One machine.** Nodes, facade and store shared its cores and its loopback. CPU seconds and counts hold elsewhere, on cores like these; a network's latency is in none of the figures.
- **Small files.** Droplets were scaled down, rootfs versions to 2 MB. What a byte costs comes from the largest of them; the fit tells it from what a request costs only as well as the check shows.
- **The store** was what the setup above says. Reading from S3 and filling a cache cost more CPU than a directory: make reports with \`--store s3\` to count it, and with \`--tls\` to count TLS.
- **Redirects** are counted as a layer's request without its bytes; signing URLs is not measured. **Peers** were not run here.
- **No run had more than ${count(apps)} apps.** A stack's record names each app while it is rolled, some 50 bytes each, and every process reads it when it changes: 40 MB for 800,000 apps, which nobody has tried. For thousands of nodes several facades, each with a store and some of the clusters, are the safer plan.
- **Rates are assumed**, and so are windows: a zone that is lost and back within a minute asks for more in a second, and waits.`;
}
