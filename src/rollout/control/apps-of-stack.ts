import type { StackRecord } from '../../rootfs/stack-record.ts';
import type { App } from '../fleet/app.ts';
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
      (identities.shownStackOf(app) ?? (await identities.stackOf(app))) === stack;
    if (isOurs) found.set(app.guid, app);
  }
  return found;
}
