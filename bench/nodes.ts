/**
 * What nodes feel: containerd 2 pulls converted droplets from a running `dropstack serve`, over a root file system that
 * it has, until they are unpacked and their apps answer. `npm run bench -- nodes [rounds] [droplet...]`
 */
import { benchDroplets, type DropletName } from './droplets/bench-droplets.ts';
import { startLink } from './nodes/link.ts';
import { startNode } from './nodes/node.ts';
import { startRegistry } from './nodes/registry.ts';
import { visitsTable } from './nodes/table.ts';
import { visit, type Visit } from './nodes/visit.ts';
import { setups } from './nodes/setups.ts';
import { dropletWays, rootfsWays, type Way } from './nodes/ways.ts';

const usual: readonly DropletName[] = ['node-130', 'java', 'static-1'];

/** Those whose apps answer on `$PORT`. */
const answering: ReadonlySet<string> = new Set<DropletName>(['node-60', 'node-130', 'java']);

export async function nodesBench(rounds: number, names: readonly DropletName[] = usual): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { registries, nodes } = await startAll(stack, names);
  const measure = async (name: string, { compression, setup, client }: Way): Promise<Visit> => {
    const { images, user } = registries[compression];
    const image = images.get(name);
    if (image === undefined) throw new Error(`There is no image of ${name}`);
    const flags = client === 'local' ? ['--local'] : [];
    return visit(
      nodes[setup],
      { ...image, user, answers: answering.has(name) && setup !== 'gigabit' },
      flags,
    );
  };

  const table = visitsTable((name, { compression }) => registries[compression].images.get(name)?.bytes ?? 0);
  const record = async (name: string, way: Way) => table.add(name, way, await measure(name, way));
  // The base has the root file system, which no node has yet. The first time finds all asleep.
  for (const way of rootfsWays) await measure('base', way);
  await interleaved(rounds, ['base'], rootfsWays, record);
  for (const node of Object.values(nodes))
    for (const { images, user } of Object.values(registries))
      await node.pull(images.get('base')?.reference ?? '', user);
  for (const way of dropletWays) for (const name of names) await measure(name, way);
  await interleaved(rounds, names, dropletWays, record);
  process.stdout.write(table.text());
}

/** All ways in turn, so that what else the machine does comes to all of them. */
async function interleaved(
  rounds: number,
  names: readonly string[],
  by: readonly Way[],
  work: (name: string, way: Way) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const name of names) for (const way of by) await work(name, way);
}

async function startAll(stack: AsyncDisposableStack, names: readonly DropletName[]) {
  const droplets = await Promise.all(names.map((name) => benchDroplets[name]()));
  const { address, inside } = await startLink(stack);
  const registries = {
    gzip: await startRegistry(stack, address, 'gzip', droplets),
    zstd: await startRegistry(stack, address, 'zstd', droplets),
    none: await startRegistry(stack, address, 'none', droplets),
  };
  const nodes = {
    plain: await startNode(stack, setups.plain),
    pigz: await startNode(stack, setups.pigz),
    igzip: await startNode(stack, setups.igzip),
    parallel: await startNode(stack, setups.parallel),
    gigabit: await startNode(stack, setups.gigabit, inside),
  };
  return { registries, nodes };
}
