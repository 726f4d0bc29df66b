import { setTimeout as sleep } from 'node:timers/promises';
import type { EventKind } from '../../api/events.ts';
import type { Conversions } from '../../convert/conversions.ts';
import type { AuditLog } from '../../operator/audit/audit-log.ts';
import type { AuditEntry } from '../../operator/audit/entry.ts';
import { Newcomers } from '../../operator/audit/newcomers.ts';
import type { FollowRolls } from '../../rollout/drive/roll-driver.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { Hub } from './hub.ts';
import { readSamples, type Samples } from './samples.ts';
import { stateOf } from './state-of.ts';

export type FeedParts = {
  own: ReadableStore;
  audit: Pick<AuditLog, 'watch'>;
  conversions: Pick<Conversions, 'watch'>;
  /** undefined without access to Kubernetes */
  followRolls?: FollowRolls | undefined;
  /** the metrics, as Prometheus reads them */
  metrics: () => Promise<string>;
};

const everyMs = 1_000;
/** A look that takes long shall not be most of what the store does. */
const rest = 10;
/** Who comes back so soon has missed nothing. */
const lingersMs = 60_000;
/** A store that says nothing for so long is away, and there is more to tell than what it says. */
const patienceMs = 2_000;
/** that the figures are of */
const windowMs = 10_500;

type Snapshot = { at: number; samples: Samples };

const kinds: Record<AuditEntry['action'], EventKind> = {
  promote: 'stack',
  place: 'stack',
  retire: 'stack',
  use: 'stack',
  import: 'rootfs',
  pull: 'rootfs',
  put: 'droplet',
  assign: 'droplet',
  delete: 'droplet',
  collect: 'collection',
  roll: 'stack',
};

/** From the first who listens until some time after the last one. */
type Run = {
  newcomers: Newcomers;
  over: AbortController;
  ready: () => void;
  begun: Promise<void>;
  unfollow: (() => void) | undefined;
};

/**
 * Tells a hub what happens: what this process changes, at once; what others change, as soon as it is seen written down; and the
 * figures. While nobody listens, it does nothing.
 */
export class Feed {
  readonly #hub: Hub;
  readonly #parts: FeedParts;
  #run: Run | undefined;
  #wantedAt = 0;

  constructor(hub: Hub, parts: FeedParts) {
    this.#hub = hub;
    this.#parts = parts;
    parts.audit.watch((entry) => {
      this.#run?.newcomers.know(entry.id);
      this.#changed(entry);
    });
    parts.conversions.watch(({ guid, hash }, refusal) => {
      const at = new Date().toISOString();
      this.#publish('droplet', {
        at,
        ...(refusal === undefined
          ? { action: 'converted', guid, hash }
          : { action: 'refused', guid, hash, rule: refusal.rule, entry: refusal.entry }),
      });
    });
  }

  /** Resolves when all that happens from then on will be told, or when the store is away: then who listens hears of that later. */
  async begin(): Promise<void> {
    this.#wantedAt = performance.now();
    this.#run ??= this.#start();
    await this.#run.begun;
  }

  end(): void {
    this.#run?.over.abort();
    this.#run?.unfollow?.();
    this.#run = undefined;
  }

  #start(): Run {
    this.#hub.renew();
    const { promise, resolve } = Promise.withResolvers<void>();
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      resolve();
    }, patienceMs).unref();
    const ready = once(() => {
      clearTimeout(late);
      resolve();
      if (isLate) this.#publish('reset', {});
    });
    const run = {
      newcomers: new Newcomers(this.#parts.own),
      over: new AbortController(),
      ready,
      begun: promise,
      unfollow: this.#parts.followRolls?.(() => this.#hub.tell('roll', {})),
    };
    const snapshots: Snapshot[] = [];
    void repeat(run.over.signal, () => this.#look(run));
    void repeat(run.over.signal, () => this.#figures(snapshots));
    return run;
  }

  async #look({ newcomers, ready }: Run): Promise<void> {
    if (this.#hub.size > 0) this.#wantedAt = performance.now();
    else if (this.#unwantedFor() > lingersMs) {
      this.end();
      return;
    }
    // What comes while the store is away is told by the next look; that it is away, by the figures.
    const entries = await newcomers.look().catch(() => undefined);
    if (entries === undefined) return;
    for (const entry of entries) this.#changed(entry);
    ready();
  }

  async #figures(snapshots: Snapshot[]): Promise<void> {
    if (this.#unwantedFor() > patienceMs) return;
    const text = await this.#parts.metrics().catch(() => undefined);
    if (text === undefined) return;
    const last = { at: performance.now(), samples: readSamples(text) };
    while (snapshots[0] !== undefined && last.at - snapshots[0].at > windowMs) snapshots.shift();
    const [first] = snapshots;
    snapshots.push(last);
    if (first === undefined) return;
    const state = stateOf(first.samples, last.samples, (last.at - first.at) / 1000);
    this.#hub.tell('state', { at: new Date().toISOString(), ...state });
  }

  /** milliseconds since somebody was seen to listen */
  #unwantedFor(): number {
    return this.#hub.size > 0 ? 0 : performance.now() - this.#wantedAt;
  }

  #changed(entry: AuditEntry): void {
    if (entry.outcome === 'done') this.#publish(kinds[entry.action], entry);
  }

  #publish(kind: EventKind, data: object): void {
    if (this.#run !== undefined) this.#hub.publish(kind, data);
  }
}

/** Does the work each second, less often where it takes long, until it is over. */
async function repeat(over: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    const start = performance.now();
    await work();
    const ms = Math.max(everyMs, rest * (performance.now() - start));
    await sleep(ms, undefined, { ref: false, signal: over }).catch(() => undefined);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
