import { setTimeout as delay } from 'node:timers/promises';
import { stackStatus, type StackStatus } from '../../../src/rollout/stack/status.ts';
import type { SimulatedApi } from './simulated-api.ts';

/** A `Stack`, as its operator has it. */
export type StackHandle = {
  /** Asks for a version. */
  ask: (version: string) => Promise<void>;
  patch: (body: object) => Promise<void>;
  annotate: (annotations: Record<string, string>) => Promise<void>;
  status: () => Promise<StackStatus | undefined>;
  /** Polls until the status is as `fits` says. */
  until: (what: string, fits: (status: StackStatus) => boolean, seconds?: number) => Promise<StackStatus>;
};

export function stackHandle(api: SimulatedApi, name = 'cflinuxfs4'): StackHandle {
  const path = `/apis/dropstack.dev/v1alpha1/stacks/${name}`;
  const status = async (): Promise<StackStatus | undefined> => {
    const found = await api.send<{ status?: unknown }>('GET', path);
    return found.status === undefined ? undefined : stackStatus.parse(found.status);
  };
  const patch = async (body: object): Promise<void> => {
    await api.send('PATCH', path, { body, type: 'application/merge-patch+json' });
  };
  return {
    ask: (version) => patch({ spec: { rootfs: { version } } }),
    patch,
    annotate: (annotations) => patch({ metadata: { annotations } }),
    status,
    until: (what, fits, seconds) => until(what, status, fits, seconds),
  };
}

async function until(
  what: string,
  look: () => Promise<StackStatus | undefined>,
  fits: (status: StackStatus) => boolean,
  seconds = 180,
): Promise<StackStatus> {
  for (const end = Date.now() + seconds * 1000; ; await delay(200)) {
    const found = await look();
    if (found !== undefined && fits(found)) return found;
    if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${what}; it is ${JSON.stringify(found)}`);
  }
}
