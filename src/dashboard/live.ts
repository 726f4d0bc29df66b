import type { EventKind, State } from '../api/events.ts';
import { extend, noHistory, type History } from './model/history.ts';
import type { Happening } from './model/happening.ts';

/** What is heard of the facade as it happens. */
export type Live = {
  /** `refused`: who looks may not listen, or no longer */
  connection: 'opening' | 'open' | 'lost' | 'refused';
  state: State | undefined;
  history: History;
  /** newest first, bounded */
  happenings: readonly Happening[];
  /** how often something changed, by what did */
  changes: Readonly<Record<Change, number>>;
};

const changeKinds = ['stack', 'rootfs', 'droplet', 'collection'] as const satisfies readonly EventKind[];
/** `refusal`: a droplet is refused, or may be no longer; `roll`: one stands otherwise than before */
export type Change = (typeof changeKinds)[number] | 'refusal' | 'roll';

/** after which other droplets may be refused than before */
const refusing: ReadonlySet<Happening['action']> = new Set(['refused', 'delete', 'collect']);

const happeningsKept = 200;
/** Many apps are placed at once: what is shown is loaded again not more often than this. */
const settleMs = 1_000;
/** A thousand may come at once, and each time that they are told all that shows them is drawn anew. */
const gatherMs = 200;
const reopenMs = 5_000;

let live: Live = {
  connection: 'opening',
  state: undefined,
  history: noHistory,
  happenings: [],
  changes: { stack: 0, rootfs: 0, droplet: 0, collection: 0, refusal: 0, roll: 0 },
};
const watchers = new Set<() => void>();
const changed = new Set<Change>();
/** newest first, not told yet */
let heard: readonly Happening[] = [];
let telling: ReturnType<typeof setTimeout> | undefined;
let settling: ReturnType<typeof setTimeout> | undefined;

export function currently(): Live {
  return live;
}

/** @returns what ends the watching */
export function watchLive(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Listens to the facade's events from now on. */
export function listen(): void {
  const source = new EventSource('/api/v1/events');
  source.addEventListener('open', () => become({ connection: 'open' }));
  source.addEventListener('error', () => {
    become({ connection: 'lost' });
    // An answer that is no stream closes it for good.
    if (source.readyState === EventSource.CLOSED) void listenAgain();
  });
  source.addEventListener('state', ({ data }: MessageEvent<string>) => {
    const state: State = JSON.parse(data);
    become({ state, history: extend(live.history, state) });
  });
  source.addEventListener('reset', () =>
    [...changeKinds, 'refusal' as const, 'roll' as const].forEach(settle),
  );
  source.addEventListener('roll', () => settle('roll'));
  for (const kind of changeKinds) {
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      const happening: Happening = JSON.parse(data);
      hear(happening);
      settle(kind);
      if (refusing.has(happening.action)) settle('refusal');
    });
  }
}

/** Later; but not where a browser would only ask for a password again and again. */
async function listenAgain(): Promise<void> {
  const { status } = await fetch('/api/v1/events', { method: 'HEAD' }).catch(() => ({ status: 0 }));
  if (status === 401 || status === 403) become({ connection: 'refused' });
  else setTimeout(listen, reopenMs);
}

function hear(happening: Happening): void {
  heard = [happening, ...heard].slice(0, happeningsKept);
  telling ??= setTimeout(() => {
    telling = undefined;
    become({ happenings: [...heard, ...live.happenings].slice(0, happeningsKept) });
    heard = [];
  }, gatherMs);
}

function settle(kind: Change): void {
  changed.add(kind);
  settling ??= setTimeout(() => {
    settling = undefined;
    const changes = { ...live.changes };
    for (const one of changed) changes[one] += 1;
    changed.clear();
    become({ changes });
  }, settleMs);
}

function become(part: Partial<Live>): void {
  live = { ...live, ...part };
  for (const watcher of watchers) watcher();
}
