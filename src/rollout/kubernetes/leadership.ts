import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../../errors.ts';
import type { Lease } from './lease.ts';

export type Terms = {
  /** how long after our last renewal we still lead: well within the lease; milliseconds */
  renewDeadline: number;
  renewEvery: number;
  /** how soon after a renewal that failed another is tried */
  retryRenewal: number;
  /** how often the lease is looked at while another holds it */
  lookEvery: number;
  /** Hears why the lease could not be read or written. */
  onFailure: (error: unknown) => void;
};

const defaultTerms: Terms = {
  renewDeadline: 10_000,
  renewEvery: 5_000,
  retryRenewal: 1_000,
  lookEvery: 2_000,
  onFailure: () => undefined,
};

/**
 * One leader among several processes. Clocks are never compared: a lease is over when it was not seen to change for its
 * whole duration, on our own clock.
 */
export class Leadership {
  readonly #lease: Lease;
  readonly #terms: Terms;

  constructor(lease: Lease, terms: Partial<Terms> = {}) {
    this.#lease = lease;
    this.#terms = { ...defaultTerms, ...terms };
  }

  /**
   * Runs `work` whenever we lead, until `signal` ends it all or `work` ends by itself. Where leadership is lost, the signal
   * of `work` is aborted before another can lead; it has the rest of the lease to stop. The lease is given back at the end.
   * @throws whatever `work` fails with while we lead
   */
  async run(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      while (!signal.aborted) {
        const asked = performance.now();
        const outcome = await this.#take(this.#terms.renewDeadline, signal);
        if (outcome !== 'ours') await pause(this.#terms.lookEvery * (0.75 + Math.random() / 2), signal);
        else if (await this.#lead(asked, signal, work)) return;
      }
    } finally {
      // It may be ours though we never heard so.
      await this.#release();
    }
  }

  /** @returns whether it is all over; it is not where leadership was lost */
  async #lead(
    since: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const lost = new AbortController();
    const ended = new AbortController();
    const either = AbortSignal.any([signal, lost.signal]);
    const renewing = this.#renew(since, ended.signal).then((isLost) => isLost && lost.abort());
    try {
      await work(either);
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      ended.abort();
      await renewing;
    }
    return !lost.signal.aborted;
  }

  /**
   * Renews the lease until `signal` ends that, also while the work winds up. What counts is when we asked: the API server
   * has renewed it later.
   * @returns whether it was lost instead
   */
  async #renew(since: number, signal: AbortSignal): Promise<boolean> {
    const { renewDeadline, renewEvery, retryRenewal } = this.#terms;
    let end = since + renewDeadline;
    let wait = renewEvery;
    for (;;) {
      await pause(Math.min(wait, end - performance.now()), signal);
      const asked = performance.now();
      const outcome = asked < end ? await this.#take(end - asked, signal) : 'unknown';
      if (signal.aborted) return false;
      if (outcome === 'another' || performance.now() >= end) return true;
      if (outcome === 'ours') end = asked + renewDeadline;
      wait = outcome === 'ours' ? renewEvery : retryRenewal;
    }
  }

  /** @param within milliseconds */
  async #take(within: number, signal: AbortSignal): Promise<'ours' | 'another' | 'unknown'> {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(within))]);
      return (await this.#lease.take(limit)) ? 'ours' : 'another';
    } catch (error) {
      // Contenders that write at the same time are no failure.
      if (!signal.aborted && !isFailure(error, 'conflict')) this.#terms.onFailure(error);
      return 'unknown';
    }
  }

  async #release(): Promise<void> {
    try {
      await this.#lease.release(AbortSignal.timeout(this.#terms.renewDeadline));
    } catch (error) {
      this.#terms.onFailure(error);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(milliseconds, 0), undefined, { signal }).catch(() => undefined);
}
