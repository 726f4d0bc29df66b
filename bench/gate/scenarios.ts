import type { Owner } from '../../test/helpers/owner.ts';
import { startServe } from '../../test/helpers/serve.ts';
import { recordAnswers } from '../contest/answers.ts';
import { startFloor } from '../contest/floors.ts';
import { putImages } from '../contest/images.ts';
import { administer } from '../load/foundation/administer.ts';
import { keptDroplets } from '../load/foundation/kept-droplets.ts';
import { makeWorkload } from '../load/workload/make-workload.ts';
import { coldName, coldScenario } from './cold.ts';
import { startFacade } from './facade.ts';
import { firstManifests, firstManifestsName } from './first-manifests.ts';
import { gateTasks } from './gate-tasks.ts';
import { loadedScenario } from './loaded.ts';
import { pullsName, pullsScenario } from './pulls.ts';
import type { Scenario } from './scenario.ts';

/** Apps whose manifest is asked for once, with those that warm up, and apps that are pulled. */
const [asked, pulled] = [2_300, 60];

const [kibibyte, mebibyte] = [1024, 1024 * 1024];

/** Starts what is measured, over one store with everything converted, and tells what can be asked of it. */
export async function startScenarios(owner: Owner, isWanted: (name: string) => boolean): Promise<Scenario[]> {
  const workload = makeWorkload({ nodes: 1, apps: asked + pulled, diskBytes: 256 * mebibyte });
  const { source, apps } = await keptDroplets(workload);
  const maker = await startServe(owner, { config: { source } });
  const [small, middle, large] = await putImages(owner, maker, [64 * kibibyte, mebibyte, 16 * mebibyte]);
  if (small === undefined || middle === undefined || large === undefined)
    throw new Error('Images are missing');
  // That takes most of the time.
  if (isWanted(firstManifestsName) || isWanted(pullsName))
    await (await administer(() => [maker], apps)).warm('1');

  const ours = { data: maker.data, config: { source } };
  const facade = await startFacade(owner, ours);
  const { manifests, blobs, others } = await gateTasks(facade.server, { small, middle, large });
  const tasks = [...[...manifests, ...blobs].map(({ task }) => task), ...others];
  const paths = tasks.map(({ path }) => path);
  const answers = await recordAnswers(owner, maker.host, paths, maker.puller.user);
  const koa = await startFloor(owner, 'bare koa', answers);
  const http = await startFloor(owner, 'bare node:http', answers);
  const scenarios: Scenario[] = [];
  for (const one of manifests.filter(({ task }) => isWanted(task.name)))
    scenarios.push(await loadedScenario(facade, koa, one));
  for (const one of blobs.filter(({ task }) => isWanted(task.name)))
    scenarios.push(await loadedScenario(facade, http, one));
  const [byTag] = tasks;
  if (isWanted(firstManifestsName) && byTag !== undefined)
    scenarios.push(firstManifests(ours, apps.slice(0, asked), koa, byTag));
  if (isWanted(pullsName)) scenarios.push(await pullsScenario(owner, maker, apps.slice(asked), ours));
  if (isWanted(coldName)) scenarios.push(await coldScenario(owner));
  return scenarios;
}
