import type { EventKind, State } from '../api/events.ts';
import { extend, noHistory, type History } from './model/history.ts';
import type { Happening } from './model/happening.ts';

/** What is heard of the facade as it happens. */
export type Live = {
  connection: 'opening' | 'open' | 'lost';
  state: State | undefined;
  history: History;
  /** newest first, bounded */
  happenings: readonly Happening[];
  /** how often something changed, by what did */
  changes: Readonly<Record<Change, number>>;
};

const changeKinds = ['stack', 'rootfs', 'droplet', 'collection'] as const satisfies readonly EventKind[];
export type Change = (typeof changeKinds)[number];

const happeningsKept = 200;
/** Many apps are placed at once: what is shown is loaded again not more often than this. */
const settleMs = 1_000;
const reopenMs = 5_000;

let live: Live = {
  connection: 'opening',
  state: undefined,
  history: noHistory,
  happenings: [],
  changes: { stack: 0, rootfs: 0, droplet: 0, collection: 0 },
};
const watchers = new Set<() => void>();
const changed = new Set<Change>();
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
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, reopenMs);
  });
  source.addEventListener('state', ({ data }: MessageEvent<string>) => {
    const state: State = JSON.parse(data);
    become({ state, history: extend(live.history, state) });
  });
  source.addEventListener('reset', () => changeKinds.forEach(settle));
  for (const kind of changeKinds) {
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      const happening: Happening = JSON.parse(data);
      become({ happenings: [happening, ...live.happenings].slice(0, happeningsKept) });
      settle(kind);
    });
  }
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
