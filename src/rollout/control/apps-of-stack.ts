import type { StackRecord } from '../../rootfs/stack-record.ts';
import type { App } from '../fleet/app.ts';
import { runningOf } from '../fleet/identity.ts';
import type { Identities } from './identities.ts';

/**
 * Those apps that run droplets of one stack: somebody placed them there, their images name it, their pods show it, or, where
 * a pod has shown nothing yet, the facade says so of the droplet.
 */
export async function appsOfStack(
  stack: string,
  all: ReadonlyMap<string, App>,
  record: StackRecord,
  identities: Identities,
): Promise<Map<string, App>> {
  const found = new Map<string, App>();
  for (const app of all.values()) {
    const isOurs =
      Object.hasOwn(record.placements, app.guid) ||
      (shownBy(app, identities) ?? (await identities.stackOf(app))) === stack;
    if (isOurs) found.set(app.guid, app);
  }
  return found;
}

function shownBy({ pods, workloads }: App, { identify }: Identities): string | undefined {
  const [named] = [...pods, ...workloads].flatMap(({ containers }) =>
    containers.map(({ image }) => image.stack),
  );
  if (named !== undefined) return named;
  for (const pod of pods) {
    const running = runningOf(pod, identify);
    if (typeof running !== 'string') return running.stack;
  }
  return undefined;
}
