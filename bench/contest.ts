/**
 * Registries side by side: the same images, the same clients, the same machine, in turn; beside them the least that any
 * program could do. `npm run bench -- contest [rounds] [seconds]`
 */
import type { Owner } from '../test/helpers/owner.ts';
import { tempDir } from '../test/helpers/temp.ts';
import { recordAnswers } from './contest/answers.ts';
import { coldRaces } from './contest/cold.ts';
import type { Contestant } from './contest/contestant.ts';
import { copyImages } from './contest/copy-images.ts';
import { startDistribution } from './contest/distribution.ts';
import { startDropstack } from './contest/dropstack.ts';
import { startFloor } from './contest/floors.ts';
import { startNginx } from './contest/nginx.ts';
import { rowsOf } from './contest/rows.ts';
import { contestTable } from './contest/table.ts';
import { warmTasks } from './contest/tasks.ts';
import { warmRace, type WarmTask } from './contest/warm.ts';
import { benchDroplets } from './droplets/bench-droplets.ts';
import type { ContestRow } from './load/report/report.ts';

/** Bytes of the droplets whose layers are pulled. */
const sizes = { small: 64 * 1024, large: 64 * 1024 * 1024 };

/**
 * Runs the whole contest and prints each task's table as soon as it is there.
 * @param seconds of load for each contestant, task and round
 */
export async function contestBench(rounds: number, seconds = 3): Promise<ContestRow[]> {
  await using stack = new AsyncDisposableStack();
  const rows: ContestRow[] = [];
  const { contestants, tasks } = await startAll(stack);
  for (const task of tasks)
    rows.push(...tell(rowsOf(await warmRace(contestants, task, { rounds, seconds }))));
  const droplets = [await benchDroplets['node-60'](), await benchDroplets['static-1']()];
  for (const race of await coldRaces(stack, droplets, rounds)) rows.push(...tell(rowsOf(race)));
  return rows;
}

async function startAll(owner: Owner): Promise<{ contestants: Contestant[]; tasks: WarmTask[] }> {
  const { contestant: dropstack, images, user } = await startDropstack(owner, [sizes.small, sizes.large]);
  const [small, large] = images;
  if (small === undefined || large === undefined) throw new Error('dropstack has not got its images');
  const tasks = warmTasks(small, large, user);
  const answers = await recordAnswers(
    owner,
    dropstack.open.host,
    tasks.map(({ task }) => task.path),
  );
  const root = await tempDir(owner);
  const distribution = await startDistribution(owner, 'distribution 3', root, user);
  await copyImages(dropstack.open.host, distribution.open.host, images);
  const contestants = [
    await startFloor(owner, 'bare node:http', answers),
    await startFloor(owner, 'bare koa', answers),
    dropstack,
    distribution,
    await startDistribution(owner, 'docker-registry', root, user),
    await startNginx(owner, answers, user),
  ];
  return { contestants, tasks };
}

function tell(rows: ContestRow[]): ContestRow[] {
  process.stdout.write(contestTable(rows));
  return rows;
}
