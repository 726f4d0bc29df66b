import type { Owner } from '../../test/helpers/owner.ts';
import { startServe } from '../../test/helpers/serve.ts';
import { recordAnswers } from '../contest/answers.ts';
import { startFloor } from '../contest/floors.ts';
import { putImages } from '../contest/images.ts';
import { administer } from '../load/foundation/administer.ts';
import { keptDroplets } from '../load/foundation/kept-droplets.ts';
import { makeWorkload } from '../load/workload/make-workload.ts';
import { coldStage } from './cold.ts';
import { firstManifestsStage } from './first-manifests.ts';
import { gateTasks } from './gate-tasks.ts';
import { loadedStage } from './loaded.ts';
import { pullsStage } from './pulls.ts';
import type { Stage } from './scenario.ts';

/** Apps whose manifest is asked for once, with those that warm up, and apps that are pulled. */
const [asked, pulled] = [2_300, 60];

const [kibibyte, mebibyte] = [1024, 1024 * 1024];

/** Makes what is pulled, converted once for all, and starts the floors. */
export async function startStages(owner: Owner): Promise<Stage[]> {
  const workload = makeWorkload({ nodes: 1, apps: asked + pulled, diskBytes: 256 * mebibyte });
  const { source, apps } = await keptDroplets(workload);
  const maker = await startServe(owner, { config: { source } });
  const [small, middle, large] = await putImages(owner, maker, [64 * kibibyte, mebibyte, 16 * mebibyte]);
  if (small === undefined || middle === undefined || large === undefined)
    throw new Error('Images are missing');
  // That takes most of the time.
  await (await administer(() => [maker], apps)).warm('1');

  const ours = { data: maker.data, config: { source } };
  const { manifests, blobs, others } = await gateTasks(maker, { small, middle, large });
  const tasks = [...[...manifests, ...blobs].map(({ task }) => task), ...others];
  const paths = tasks.map(({ path }) => path);
  const answers = await recordAnswers(owner, maker.host, paths, maker.puller.user);
  const koa = await startFloor(owner, 'bare koa', answers);
  const http = await startFloor(owner, 'bare node:http', answers);
  const [byTag] = tasks;
  if (byTag === undefined) throw new Error('Tasks are missing');
  return [
    loadedStage(ours, [
      ...manifests.map((one) => ({ ...one, floor: koa })),
      ...blobs.map((one) => ({ ...one, floor: http })),
    ]),
    firstManifestsStage(ours, apps.slice(0, asked), koa, byTag),
    await pullsStage(owner, maker, apps.slice(asked), ours),
    await coldStage(owner),
  ];
}
