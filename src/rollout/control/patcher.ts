import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, reasonOf } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import { BackOff } from '../kubernetes/back-off.ts';
import type { Api } from '../kubernetes/api.ts';
import { Mirror } from '../kubernetes/mirror.ts';
import { stackResource, stacksPath, type StackResource } from '../stack/resource.ts';
import { Cluster } from './cluster.ts';
import type { Effects } from './effects.ts';
import { Identities } from './identities.ts';
import { StackController } from './stack-controller.ts';

export type PatcherParts = {
  api: Api;
  operator: Operator;
  /** @param registries of all stacks, as they are when it is asked */
  effects: (registries: () => ReadonlySet<string>) => Effects;
  clock: () => number;
  /** hears what failed, of which stack where it was one */
  onFailure: (error: unknown, stack?: string) => void;
  /** hears of each stack as it is after a look */
  onLook?: (stack: StackResource) => void;
  /** hears of each stack that is there no more, by its name */
  onGone?: (stack: string) => void;
  /** hears how long a look at all stacks took, with all that was done */
  onLooked?: (milliseconds: number) => void;
};

/** How often it looks though nothing has changed: soaks and deadlines pass by themselves. */
const lookEvery = 1_000;
/** Changes that come together are looked at together. */
const together = 100;
/** What is older than this is nothing to act on. */
const staleAfter = 10_000;

/** The controller of all `Stack` resources of a cluster, until `signal` ends it. Only one may run: see `Leadership`. */
export async function runPatcher(parts: PatcherParts, signal: AbortSignal): Promise<void> {
  const patcher = new Patcher(parts);
  try {
    await patcher.run(signal);
  } finally {
    await patcher.close();
  }
}

type Controlled = { name: string; controller: StackController; backOff: BackOff; notBefore: number };

class Patcher {
  readonly #parts: PatcherParts;
  readonly #identities: Identities;
  readonly #stacks: Mirror<StackResource>;
  readonly #controlled = new Map<string, Controlled>();
  #cluster: { cluster: Cluster; registries: ReadonlySet<string> } | undefined;
  /** why something of the cluster was not heard of last */
  #trouble: string | undefined;
  #wake: () => void = () => {};

  constructor(parts: PatcherParts) {
    this.#parts = parts;
    this.#identities = new Identities(parts.operator);
    this.#stacks = new Mirror(
      parts.api,
      stacksPath,
      (object) => stackResource.parse(object),
      this.#listening(),
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    const ended = aborted(signal);
    await Promise.race([this.#stacks.synced, ended]);
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => (this.#wake = resolve));
      const began = performance.now();
      await this.#look(signal);
      this.#parts.onLooked?.(performance.now() - began);
      await Promise.race([changed.then(() => sleep(together)), sleep(lookEvery), ended]);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#stacks.close(), this.#cluster?.cluster.close()]);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const stacks = [...this.#stacks.items()];
    const uids = new Set(stacks.map(({ metadata }) => metadata.uid));
    for (const [uid, { name }] of this.#controlled) {
      if (uids.has(uid)) continue;
      this.#controlled.delete(uid);
      this.#parts.onGone?.(name);
    }
    if (stacks.length === 0) return;
    const cluster = await this.#clusterOf(stacks);
    const isSynced = await inTime(cluster.synced(), signal);
    // A large cluster takes its time to tell all.
    if (!isSynced && this.#trouble === undefined) return;
    let gathered: ReturnType<Cluster['apps']> | undefined;
    const apps = (): ReturnType<Cluster['apps']> => {
      this.#requireFresh(cluster, isSynced);
      return (gathered ??= cluster.apps());
    };
    for (const stack of stacks) {
      if (signal.aborted) return;
      await this.#lookAt(stack, apps, signal);
    }
  }

  #requireFresh(cluster: Cluster, isSynced: boolean): void {
    const now = this.#parts.clock();
    const { staleSince = now } = cluster;
    if (!isSynced || now - staleSince > staleAfter) {
      const why = this.#trouble ?? 'it is silent';
      const what = 'The API server of Kubernetes says nothing of its pods, and nothing is done meanwhile';
      throw new Failure('unavailable', `${what}: ${why}`);
    }
    this.#trouble = undefined;
  }

  async #lookAt(
    stack: StackResource,
    apps: () => ReturnType<Cluster['apps']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, uid } = stack.metadata;
    const controlled = this.#controlled.get(uid) ?? this.#control(stack);
    if (this.#parts.clock() < controlled.notBefore) return;
    try {
      const status = await controlled.controller.cycle(stack, apps, signal);
      controlled.backOff.reset();
      this.#parts.onLook?.({ ...stack, status });
    } catch (error) {
      if (signal.aborted) return;
      controlled.notBefore = this.#parts.clock() + controlled.backOff.next();
      this.#parts.onFailure(error, name);
      await controlled.controller
        .stalled(stack, reasonOf(error))
        .catch((failure: unknown) => this.#parts.onFailure(failure, name));
    }
  }

  #control({ metadata: { name, uid } }: StackResource): Controlled {
    const { operator, clock, effects } = this.#parts;
    const parts = {
      operator,
      clock,
      identities: this.#identities,
      effects: effects(() => this.#registries()),
    };
    const backOff = new BackOff(1_000, 15_000);
    const controlled = { name, controller: new StackController(name, parts), backOff, notBefore: 0 };
    this.#controlled.set(uid, controlled);
    return controlled;
  }

  #registries(): ReadonlySet<string> {
    return this.#cluster?.registries ?? new Set();
  }

  /** What is kept of pods depends on the registries: with others, all is listed anew. */
  async #clusterOf(stacks: readonly StackResource[]): Promise<Cluster> {
    const registries = new Set(stacks.flatMap(({ spec }) => spec.registries));
    if (this.#cluster !== undefined && registries.symmetricDifference(this.#cluster.registries).size === 0)
      return this.#cluster.cluster;
    await this.#cluster?.cluster.close();
    const cluster = new Cluster(this.#parts.api, registries, this.#listening());
    this.#cluster = { cluster, registries };
    return cluster;
  }

  #listening(): { onChange: () => void; onFailure: (failure: Failure) => void } {
    return {
      onChange: () => this.#wake(),
      onFailure: (failure) => {
        this.#trouble = failure.message;
        this.#parts.onFailure(failure);
      },
    };
  }
}

/** Whether it is so before that makes what is known stale. */
async function inTime(synced: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const late = sleep(staleAfter, false, { signal: either }).catch(() => false);
  const isInTime = await Promise.race([synced.then(() => true), late]);
  over.abort();
  return isInTime;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
