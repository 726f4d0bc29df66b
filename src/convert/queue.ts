/** How much it matters that something is done soon: somebody waits for it, somebody will, somebody may. */
const urgencies = ['pull', 'upload', 'warm'] as const;
export type Urgency = (typeof urgencies)[number];

/** Who wants something. `client` is opaque: those of one name share their turns. */
export type Asker = { urgency: Urgency; client: string };

/** How many may wait, in each urgency. */
export type Bounds = { total: number; perClient: number };

type Entry<T> = { key: string; item: T; urgency: Urgency; clients: Set<string> };

/** `lanes`: what each client waits for, oldest first; the clients in the order of their turns. */
type Level<T> = { size: number; lanes: Map<string, Map<string, Entry<T>>> };

/**
 * What waits for its turn: the more urgent first; among equals one of each client in turn, so that nobody waits behind
 * another's backlog; of one client in order of arrival. A key waits once, in the lanes of all who asked for it.
 */
export class FairQueue<T> {
  readonly #bounds: Bounds;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #levels: Record<Urgency, Level<T>> = {
    pull: { size: 0, lanes: new Map() },
    upload: { size: 0, lanes: new Map() },
    warm: { size: 0, lanes: new Map() },
  };

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  get sizes(): Record<Urgency, number> {
    const { pull, upload, warm } = this.#levels;
    return { pull: pull.size, upload: upload.size, warm: warm.size };
  }

  /** how many a client waits for in an urgency */
  waiting({ urgency, client }: Asker): number {
    return this.#levels[urgency].lanes.get(client)?.size ?? 0;
  }

  hasRoom(asker: Asker): boolean {
    return (
      this.#levels[asker.urgency].size < this.#bounds.total && this.waiting(asker) < this.#bounds.perClient
    );
  }

  /**
   * Lines `key` up for `asker`; where it waits already it keeps its item, and is joined. Answers whether it waits now: not
   * where there is no room.
   */
  add(key: string, item: T, asker: Asker): boolean {
    if (this.join(key, asker)) return true;
    if (!this.hasRoom(asker)) return false;
    this.#enter({ key, item, urgency: asker.urgency, clients: new Set() }, asker);
    return true;
  }

  /**
   * Where `key` waits, it waits for `asker` as well, as far as there is room: raised where this one is more urgent, else
   * also in their lane. Answers whether it waits.
   */
  join(key: string, asker: Asker): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    const raised = urgencies.indexOf(entry.urgency) - urgencies.indexOf(asker.urgency);
    if (raised > 0 && this.hasRoom(asker)) {
      this.#leave(entry);
      this.#enter(entry, asker);
    } else if (raised === 0 && this.waiting(asker) < this.#bounds.perClient) {
      this.#lineUp(entry, asker.client);
    }
    return true;
  }

  /** Whose turn it is leaves the queue. Clients that `mayHave` says no to are passed over, and keep their turns. */
  take(mayHave: (client: string) => boolean = () => true): { item: T; client: string } | undefined {
    for (const urgency of urgencies) {
      const { lanes } = this.#levels[urgency];
      for (const [client, lane] of lanes) {
        if (!mayHave(client)) continue;
        const [entry] = lane.values();
        if (entry === undefined) continue;
        this.#leave(entry);
        // To the end of the round.
        if (lanes.delete(client)) lanes.set(client, lane);
        return { item: entry.item, client };
      }
    }
    return undefined;
  }

  /** Takes `key` out, wherever it stands. */
  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#leave(entry);
  }

  #enter(entry: Entry<T>, { urgency, client }: Asker): void {
    entry.urgency = urgency;
    this.#entries.set(entry.key, entry);
    this.#levels[urgency].size++;
    this.#lineUp(entry, client);
  }

  #lineUp(entry: Entry<T>, client: string): void {
    const { lanes } = this.#levels[entry.urgency];
    const lane = lanes.get(client) ?? new Map<string, Entry<T>>();
    lanes.set(client, lane);
    lane.set(entry.key, entry);
    entry.clients.add(client);
  }

  #leave(entry: Entry<T>): void {
    const level = this.#levels[entry.urgency];
    for (const client of entry.clients) {
      const lane = level.lanes.get(client);
      lane?.delete(entry.key);
      if (lane?.size === 0) level.lanes.delete(client);
    }
    level.size--;
    entry.clients.clear();
    this.#entries.delete(entry.key);
  }
}
