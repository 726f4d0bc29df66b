import type { Image } from './images.ts';
import type { Aim } from './race.ts';
import { manyConnections, type Task } from './task.ts';
import type { WarmTask } from './warm.ts';

/** Manifests of the small image, open and as `user`, and the layers of both. Each has its floor, and ours an aim. */
export function warmTasks(small: Image, large: Image, user: string): WarmTask[] {
  const layers = [layerTask(small, '64 KiB'), layerTask(large, '64 MiB')];
  return [
    ...manifestTasks(small).map((task) => manifestRace(task, openAims)),
    ...manifestTasks(small, user).map((task) => manifestRace(task, guardedAims)),
    ...layers.map((task) => ({ task, unit: 'megabyte', floor: 'bare node:http', aims: layerAims }) as const),
  ];
}

const openAims: readonly Aim[] = [{ times: 3, as: 'distribution 3' }];
const guardedAims: readonly Aim[] = [
  { times: 0.8, as: 'bare koa' },
  { times: 100, as: 'distribution 3' },
];
const layerAims: readonly Aim[] = [{ times: 0.9, as: 'bare node:http' }];

function manifestRace(task: Task, aims: readonly Aim[]): WarmTask {
  return { task, unit: 'request', floor: 'bare koa', aims };
}

/** The manifest of an image by tag and by digest, GET and HEAD. @param user `name:password`, where it is guarded */
export function manifestTasks({ repository, tag, manifest }: Image, user?: string): Task[] {
  const whose = user === undefined ? {} : { user };
  return (['GET', 'HEAD'] as const).flatMap((method) =>
    Object.entries({ tag, digest: manifest.digest }).map(([by, reference]) => ({
      name: `${method} manifest by ${by}${user === undefined ? '' : ', Basic'}`,
      method,
      path: `/v2/${repository}/manifests/${reference}`,
      connections: manyConnections,
      ...manifest,
      ...whose,
    })),
  );
}

/** The droplet's layer of an image, whole. @param size as a reader knows it */
export function layerTask({ repository, layer }: Image, size: string): Task {
  const path = `/v2/${repository}/blobs/${layer.digest}`;
  return { name: `GET layer of ${size}`, method: 'GET', path, ...layer };
}
