import { z } from 'zod';
import { isFailure } from '../../errors.ts';
import type { Api } from './api.ts';
import { microTime } from './micro-time.ts';

/** `identity` is of one process: another one with the same would think that it leads already. */
export type LeaseName = { namespace: string; name: string; identity: string };

const leaseObject = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.int().nullish(),
      leaseTransitions: z.int().nullish(),
      renewTime: z.string().nullish(),
    })
    .prefault({}),
});
type LeaseObject = z.output<typeof leaseObject>;

/** A `Lease` of coordination.k8s.io/v1, as one contender sees it. */
export class Lease {
  readonly #api: Api;
  readonly #path: string;
  readonly #name: LeaseName;
  readonly #seconds: number;
  /** the last state that was seen, and when it was seen first, on our clock */
  #seen: { version: string; at: number } | undefined;

  constructor(api: Api, name: LeaseName, seconds: number) {
    this.#api = api;
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${name.namespace}/leases`;
    this.#name = name;
    this.#seconds = seconds;
  }

  /**
   * Takes the lease, or renews it.
   * @returns false where another holds it
   * @throws Failure; `conflict` where another has written meanwhile
   */
  async take(signal: AbortSignal): Promise<boolean> {
    const { identity, name } = this.#name;
    const renewal = { holderIdentity: identity, leaseDurationSeconds: this.#seconds, renewTime: microTime() };
    const lease = await this.#get(signal);
    if (lease === undefined) {
      const spec = { ...renewal, acquireTime: renewal.renewTime, leaseTransitions: 0 };
      const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
      await this.#api.create(this.#path, { ...kind, metadata: { name }, spec }, signal);
      return true;
    }
    if (lease.spec.holderIdentity === identity) {
      await this.#patch(lease, renewal, signal);
      return true;
    }
    if (!this.#isFree(lease)) return false;
    const leaseTransitions = (lease.spec.leaseTransitions ?? 0) + 1;
    const taken = { ...renewal, acquireTime: renewal.renewTime, leaseTransitions };
    await this.#patch(lease, taken, signal);
    return true;
  }

  /** Gives the lease back, where it is ours. */
  async release(signal: AbortSignal): Promise<void> {
    const lease = await this.#get(signal);
    if (lease?.spec.holderIdentity !== this.#name.identity) return;
    await this.#patch(lease, { holderIdentity: null, leaseDurationSeconds: 1 }, signal);
  }

  async #get(signal: AbortSignal): Promise<LeaseObject | undefined> {
    try {
      return await this.#api.get(`${this.#path}/${this.#name.name}`, leaseObject, signal);
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  /** Nobody holds it, or its holder has not renewed it for its whole duration while we looked on. */
  #isFree({ metadata, spec }: LeaseObject): boolean {
    const now = performance.now();
    if (this.#seen?.version !== metadata.resourceVersion)
      this.#seen = { version: metadata.resourceVersion, at: now };
    const isHeld = typeof spec.holderIdentity === 'string' && spec.holderIdentity !== '';
    return !isHeld || now - this.#seen.at > (spec.leaseDurationSeconds ?? this.#seconds) * 1000;
  }

  async #patch({ metadata }: LeaseObject, spec: object, signal: AbortSignal): Promise<void> {
    const { resourceVersion } = metadata;
    await this.#api.patch(
      `${this.#path}/${this.#name.name}`,
      { metadata: { resourceVersion }, spec },
      'merge',
      signal,
    );
  }
}
