import { recordsFolder } from '../droplet/record.ts';
import { sourceFolder, sourceKey } from '../droplet/source-key.ts';
import {
  sightingOf,
  tombstoneOf,
  withSighting,
  withTombstone,
  type GuidState,
  type GuidStates,
} from '../droplet/states.ts';
import { stackKey } from '../rootfs/keys.ts';
import { stackRecord } from '../rootfs/stack-record.ts';
import { day, minute } from '../store/lifetime.ts';
import { readRecord, removeRecord, updateRecord } from '../store/records.ts';
import type { ReadableStore, Store } from '../store/store.ts';
import { forEach } from './each.ts';
import { dropletFate, versionFate, type DropletFate, type Times } from './fate.ts';
import { ledger, ledgerKey, nextLedger } from './ledger.ts';
import {
  kinds,
  type DyingDroplet,
  type DyingVersion,
  type FencedStep,
  type GuidStep,
  type Plan,
  type Step,
} from './plan.ts';
import { objectKey, objectsFolder } from '../store/objects.ts';

const removesAtOnce = 16;

/** After so long what was condemned may be put again, or soon. */
const sentenceLasts = 5 * minute;

export type SweepParts = {
  own: Store;
  /** all sources as one */
  sources: ReadableStore;
  states: GuidStates;
  /** milliseconds since the epoch */
  clock: () => number;
  grace: number;
  /** Hears of each key that was removed. */
  removed(step: Step): void;
};

/**
 * Carries a plan out. Each decision is made again from what the store says in the moment before, by compare-and-swap, so that
 * others may do whatever they do meanwhile.
 */
export async function sweep(plan: Plan, parts: SweepParts): Promise<void> {
  const sweeper = new Sweeper(plan, parts);
  await sweeper.noteAbsences();
  await sweeper.droplets();
  await sweeper.versions();
  await sweeper.pointers();
  await sweeper.objects();
  await sweeper.states();
  await sweeper.probes();
}

class Sweeper {
  readonly #plan: Plan;
  readonly #parts: SweepParts;
  /** Keys of pointers and contents that are named after all: what named them was not removed. */
  readonly #kept = new Set<string>();
  /** ids of objects whose pointers went */
  readonly #orphaned = new Set<string>();

  constructor(plan: Plan, parts: SweepParts) {
    this.#plan = plan;
    this.#parts = parts;
  }

  async noteAbsences(): Promise<void> {
    const { states } = this.#parts;
    await forEach([...this.#plan.returned, ...this.#plan.missed], removesAtOnce, async ({ guid, hash }) => {
      const present = await this.#isPresent(guid, hash);
      await states.update(guid, (state) => {
        const fate = this.#fateOf(state, hash, present);
        if (fate.is === 'returned') return withTombstone(state, hash, undefined);
        if (fate.is !== 'missed') return undefined;
        const at = this.#isoNow();
        const { first = at } = sightingOf(state, hash) ?? {};
        return withSighting(state, hash, fate.time === 'first' ? { first } : { first, second: at });
      });
    });
  }

  async droplets(): Promise<void> {
    await forEach(this.#plan.droplets, removesAtOnce, async (droplet) => {
      const sentenced = this.#parts.clock();
      const condemned = await this.#condemn(droplet);
      const isGone = condemned && (await this.#removeAll(droplet.steps, sentenced + sentenceLasts));
      if (!isGone) for (const pointer of droplet.pointers) this.#kept.add(pointer);
    });
  }

  /** A version that is over never comes back, so that nothing of it is written again. */
  async versions(): Promise<void> {
    await forEach(this.#plan.versions, 1, async (version) => {
      const isGone = (await this.#isOver(version)) && (await this.#removeAll(version.steps, Infinity));
      if (!isGone) for (const key of version.named) this.#kept.add(key);
    });
  }

  async pointers(): Promise<void> {
    await forEach(this.#plan.pointers, removesAtOnce, async (pointer) => {
      if (await this.#removeFenced(pointer)) this.#orphaned.add(idOf(pointer.object));
    });
    await forEach(this.#plan.contents, removesAtOnce, async (step) => void (await this.#removeFenced(step)));
  }

  async objects(): Promise<void> {
    const { due, unnamed } = this.#plan;
    await forEach(due, removesAtOnce, async ([id, bytes]) => {
      await this.#remove({ kind: 'object', why: 'unnamed', key: objectKey(id), bytes });
    });
    const left = new Set([...unnamed.keys(), ...this.#orphaned].filter((id) => id !== '' && !due.has(id)));
    await updateRecord(this.#parts.own, ledgerKey, ledger, (known) => {
      if (known === undefined && left.size === 0) return undefined;
      return nextLedger(known, left, this.#parts.clock());
    });
  }

  async states(): Promise<void> {
    const { states, clock } = this.#parts;
    await forEach(this.#plan.spent, removesAtOnce, async ({ guid, hash }) => {
      await states.update(guid, (state) => {
        const { collected = '' } = tombstoneOf(state, hash) ?? {};
        const isSpent =
          this.#fateOf(state, hash, false).is === 'over' && clock() - Date.parse(collected) >= day;
        return isSpent ? withTombstone(state, hash, undefined) : undefined;
      });
    });
    await forEach(this.#plan.states, removesAtOnce, async (step) => this.#removeState(step));
  }

  async probes(): Promise<void> {
    await forEach(this.#plan.probes, removesAtOnce, async (step) => this.#remove(step));
  }

  /**
   * Droplets that came since the plan was made may lie over the stack that it names. They are looked for before it goes, and once
   * more when nobody can write it.
   */
  async #removeState(step: GuidStep): Promise<void> {
    const hasDroplets = async (): Promise<boolean> => step.hasStack && this.#hasDroplets(step.guid);
    if (!(await hasDroplets())) await this.#removeFenced(step, step.hasStack ? hasDroplets : undefined);
  }

  async #hasDroplets(guid: string): Promise<boolean> {
    const { own, sources } = this.#parts;
    for await (const _ of sources.list(sourceFolder(guid))) return true;
    for await (const _ of own.list(`${recordsFolder}${guid}/`)) return true;
    return false;
  }

  /**
   * From here on the droplet cannot be put again before nobody remembers anything of it, and this collection has long stopped
   * removing what belongs to it. One that is in no source was not buried yet, and may have come back meanwhile: it is looked
   * for after it is buried, and whoever puts it takes the grave away, or is told to wait.
   */
  async #condemn({ guid, hash, why }: DyingDroplet): Promise<boolean> {
    if (why === 'absent' && (await this.#isPresent(guid, hash))) return false;
    const collected = this.#isoNow();
    let isOver = false;
    await this.#parts.states.update(guid, (state) => {
      isOver = this.#fateOf(state, hash, false).is === 'over';
      if (!isOver) return undefined;
      const { second: at = collected } = sightingOf(state, hash) ?? {};
      return withTombstone(state, hash, { ...(tombstoneOf(state, hash) ?? { at, absent: true }), collected });
    });
    if (!isOver || why !== 'absent' || !(await this.#isPresent(guid, hash))) return isOver;
    await this.#parts.states.update(guid, (state) =>
      tombstoneOf(state, hash)?.collected === collected ? withTombstone(state, hash, undefined) : undefined,
    );
    return false;
  }

  async #isOver({ stack, version }: DyingVersion): Promise<boolean> {
    const record = await readRecord(this.#parts.own, stackKey(stack), stackRecord);
    return record !== undefined && versionFate(record, version, this.#times()).is === 'over';
  }

  #fateOf(state: GuidState, hash: string, present: boolean): DropletFate {
    const facts = { present, tombstone: tombstoneOf(state, hash), sighting: sightingOf(state, hash) };
    return dropletFate(facts, this.#times());
  }

  async #isPresent(guid: string, hash: string): Promise<boolean> {
    return (await this.#parts.sources.stat(sourceKey(guid, hash))) !== undefined;
  }

  /** What names goes before what is named. Answers whether all of it went before `deadline`. */
  async #removeAll(steps: readonly Step[], deadline: number): Promise<boolean> {
    for (const step of steps.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))) {
      if (this.#parts.clock() >= deadline) return false;
      await this.#remove(step);
    }
    return true;
  }

  async #remove(step: Step): Promise<void> {
    await this.#parts.own.remove(step.key);
    this.#parts.removed(step);
  }

  async #removeFenced(step: FencedStep, isNeeded?: () => Promise<boolean>): Promise<boolean> {
    if (this.#kept.has(step.key)) return false;
    const removed = await removeRecord(this.#parts.own, step.key, step.etag, this.#parts.clock, isNeeded);
    if (removed) this.#parts.removed(step);
    return removed;
  }

  #times(): Times {
    return { now: this.#parts.clock(), grace: this.#parts.grace };
  }

  #isoNow(): string {
    return new Date(this.#parts.clock()).toISOString();
  }
}

function idOf(object: string): string {
  return object.slice(objectsFolder.length);
}
