import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Api } from './api.ts';
import { microTime } from './micro-time.ts';

/** What an event is about: a cluster-scoped object. */
export type Regarding = { apiVersion: string; kind: string; name: string; uid: string };

export type EventText = {
  type: 'Normal' | 'Warning';
  /** one word in camel case, for machines */
  reason: string;
  /** one word: what was done, or tried */
  action: string;
  note: string;
};

export type RecorderOptions = {
  /** the process, as its pod's name */
  instance: string;
  /** Hears why an event could not be recorded; nobody else does. */
  onFailure?: (error: unknown) => void;
  /** milliseconds from any beginning */
  clock?: () => number;
};

const controller = 'dropstack.dev/patcher';
/** Events of cluster-scoped objects belong there. */
const path = '/apis/events.k8s.io/v1/namespaces/default/events';
/** The same is not said again for so long. */
const silence = 60_000;
/** So many at once, and then one more every few seconds: the API server keeps them all for an hour. */
const burst = 50;
const refill = 2_000;
/** bytes; the API server refuses longer ones */
const longestNote = 1024;

/** Records events for `kubectl describe` and `kubectl events`. They are told best: none fails or delays what it is about. */
export class EventRecorder {
  readonly #api: Api;
  readonly #options: RecorderOptions;
  readonly #clock: () => number;
  readonly #said: LRUCache<string, true>;
  readonly #pending = new Set<Promise<void>>();
  #tokens = burst;
  #filledAt: number;
  /** events that were not recorded because there were too many */
  dropped = 0;

  constructor(api: Api, options: RecorderOptions) {
    this.#api = api;
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    const perf = { now: () => this.#clock() };
    this.#said = new LRUCache<string, true>({ max: 1000, ttl: silence, ttlResolution: 0, perf });
    this.#filledAt = this.#clock();
  }

  record(regarding: Regarding, text: EventText): void {
    const key = [regarding.uid, text.reason, text.note].join('\n');
    if (this.#said.has(key)) return;
    if (!this.#mayTell()) {
      this.dropped++;
      return;
    }
    this.#said.set(key, true);
    const pending = this.#create(regarding, text).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Waits for those that are under way. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #mayTell(): boolean {
    const now = this.#clock();
    const filled = Math.floor((now - this.#filledAt) / refill);
    this.#tokens = Math.min(burst, this.#tokens + filled);
    this.#filledAt += filled * refill;
    return this.#tokens > 0 && this.#tokens-- > 0;
  }

  async #create(regarding: Regarding, { type, reason, action, note }: EventText): Promise<void> {
    try {
      await this.#api.create(path, {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `${regarding.name}.${randomBytes(8).toString('hex')}`, namespace: 'default' },
        eventTime: microTime(),
        reportingController: controller,
        reportingInstance: this.#options.instance,
        regarding,
        type,
        reason,
        action,
        note: shortened(note),
      });
    } catch (error) {
      this.#options.onFailure?.(error);
    }
  }
}

/** Cuts between characters. */
function shortened(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  return `${bytes
    .subarray(0, longestNote - 4)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}
