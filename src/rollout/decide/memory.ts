/** How long a placement may take to be seen by every replica of the facade, and the clocks in between. */
const spreads = 1_500;

/**
 * What a patcher remembers of apps while it runs: since when they are placed, and since when they make no progress. One
 * that was started anew takes its own start for both, and so waits longer, but never does the wrong thing.
 */
export class Memory {
  readonly #start: number;
  #countsFrom: number;
  readonly #placed = new Map<string, { version: string; since: number }>();
  readonly #lacking = new Map<string, string>();
  readonly #progress = new Map<string, { progress: string; since: number }>();
  readonly #forbidden = new Map<string, { since: number; why: string }>();
  readonly #proved = new Set<string>();

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#start = start;
    this.#countsFrom = start;
  }

  /** What pods have not come to is counted from no earlier moment than this. */
  get countsFrom(): number {
    return this.#countsFrom;
  }

  /** To be told as soon as a placement was written. */
  placed(guids: Iterable<string>, version: string, now: number): void {
    for (const guid of guids) this.#placed.set(guid, { version, since: now + spreads });
  }

  /** From when on every replica answers with a placement; undefined where it was written before this process looked. */
  placedSince(guid: string, version: string): number | undefined {
    const found = this.#placed.get(guid);
    return found?.version === version ? found.since : undefined;
  }

  /** Whether every replica answers with a placement that was read. */
  isSpread(guid: string, version: string, now: number): boolean {
    return now >= (this.placedSince(guid, version) ?? this.#start + spreads);
  }

  /** Since when `progress` of an app is what it is. */
  since(guid: string, progress: string, now: number): number {
    const found = this.#progress.get(guid);
    if (found?.progress === progress) return found.since;
    this.#progress.set(guid, { progress, since: now });
    this.#forbidden.delete(guid);
    return now;
  }

  /** Time in which nothing could be done counts for nobody: all, or one app. */
  excuse(now: number, guid?: string): void {
    if (guid === undefined) this.#countsFrom = now;
    const excused = guid === undefined ? [...this.#progress.keys()] : [guid];
    for (const name of excused) {
      const found = this.#progress.get(name);
      if (found !== undefined) this.#progress.set(name, { ...found, since: now });
    }
  }

  /** The next pod of an app may not be ended for the time being, as by its disruption budget. */
  forbidden(guid: string, now: number, why: string): void {
    this.#forbidden.set(guid, { since: this.#forbidden.get(guid)?.since ?? now, why });
  }

  /** Since when an app's next pod may not be ended, and why; undefined where it may, or nobody has asked. */
  forbiddenSince(guid: string): { since: number; why: string } | undefined {
    return this.#forbidden.get(guid);
  }

  /** An app was done in its wave. */
  proved(guid: string): void {
    this.#proved.add(guid);
  }

  /** Whether an app was done once: what its pods do later, as when a node is drained, holds no wave up. */
  wasProved(guid: string): boolean {
    return this.#proved.has(guid);
  }

  /** The facade has no image of an app over the version. */
  lacksImage(guid: string, why: string): void {
    this.#lacking.set(guid, why);
  }

  /** Why an app has no image over the version; undefined where it has, or nobody has asked. */
  lackOf(guid: string): string | undefined {
    return this.#lacking.get(guid);
  }

  /** When a roll has ended. */
  clear(): void {
    this.#lacking.clear();
    this.#placed.clear();
    this.#progress.clear();
    this.#forbidden.clear();
    this.#proved.clear();
  }
}
