import { replicasOf, type App } from '../fleet/app.ts';

/** How an app does before it is touched. An app without pods is not broken. */
export function baselineOf(app: App): { broken: boolean; restarts: number } {
  const pods = app.pods.filter(({ isLeaving }) => !isLeaving);
  const wanted = replicasOf(app) ?? pods.length;
  const isHealthy =
    pods.length >= wanted && pods.every(({ isReady, waiting }) => isReady && waiting === undefined);
  return { broken: !isHealthy, restarts: Math.max(0, ...pods.map(({ restarts }) => restarts)) };
}
