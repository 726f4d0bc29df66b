import { Failure } from '../errors.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { rootfsKey, stackKey, stacksFolder, versionsFolder } from './keys.ts';
import { rootfsRecord, type RootfsRecord } from './record.ts';
import { inUseMark, isRetired, placement, promotion, retirement, type StackChange } from './stack-change.ts';
import { historyLength, stackRecord, type StackRecord } from './stack-record.ts';

/** `placed`: how many guids are placed on it. */
export type StackVersion = {
  version: string;
  record: RootfsRecord;
  promoted: boolean;
  placed: number;
  retired: boolean;
};

/** What reads records; it may remember what it read. */
export type ReadsStacks = {
  stack(stack: string): Promise<StackRecord | undefined>;
  rootfs(stack: string, version: string): Promise<RootfsRecord | undefined>;
};

const byVersion = new Intl.Collator('en', { numeric: true });

/** The stacks of a store and what is promoted, placed and retired in them. Reads the store each time. */
export class Stacks {
  readonly #store: Store;
  readonly #clock: () => Date;
  readonly #reads: ReadsStacks = {
    stack: (stack) => this.get(stack),
    rootfs: (stack, version) => this.rootfs(stack, version),
  };

  constructor(store: Store, clock: () => Date = () => new Date()) {
    this.#store = store;
    this.#clock = clock;
  }

  /** All stacks, by name. */
  async list(): Promise<StackRecord[]> {
    const found = await Promise.all((await this.names()).map((stack) => this.get(stack)));
    return found.filter((record) => record !== undefined).toSorted((a, b) => (a.stack < b.stack ? -1 : 1));
  }

  /** The names of all stacks: no record is read, which may hold a placement for every app. */
  async names(): Promise<string[]> {
    return this.#names(stacksFolder);
  }

  async get(stack: string): Promise<StackRecord | undefined> {
    return readRecord(this.#store, stackKey(stack), stackRecord);
  }

  async rootfs(stack: string, version: string): Promise<RootfsRecord | undefined> {
    return readRecord(this.#store, rootfsKey(stack, version), rootfsRecord);
  }

  /**
   * The versions of a stack, 9 before 10; none where there is no such stack.
   * @param reads where records come from: to read that of a large fleet's stack, some megabytes, takes as long as many pulls
   */
  async versions(stack: string, reads: ReadsStacks = this.#reads): Promise<StackVersion[]> {
    const names = await this.#names(versionsFolder(stack));
    const records = await Promise.all(names.map((version) => reads.rootfs(stack, version)));
    const state = await reads.stack(stack);
    const placed = countsOf(Object.values(state?.placements ?? {}));
    return records
      .filter((record) => record !== undefined)
      .map((record) => ({
        version: record.version,
        record,
        promoted: state?.promoted === record.version,
        placed: placed.get(record.version) ?? 0,
        retired: state !== undefined && isRetired(state, record.version),
      }))
      .toSorted((a, b) => byVersion.compare(a.version, b.version));
  }

  /**
   * Makes `version` the one that guids get which nobody placed.
   * @throws Failure `not-found` where the version was never imported, `conflict` where it is retired
   */
  async promote(stack: string, version: string, by: string): Promise<StackRecord> {
    await this.#requireVersion(stack, version);
    return this.#change(stack, by, (record) => promotion(record, version));
  }

  /**
   * Places guids on versions, all of them or none; `null` takes a placement away.
   * @throws Failure `not-found`, `conflict`: also where `ifGeneration` is not the record's generation
   */
  async place(
    stack: string,
    placements: Readonly<Record<string, string | null>>,
    by: string,
    ifGeneration?: number,
  ): Promise<StackRecord> {
    const versions = new Set(Object.values(placements));
    for (const version of versions) if (version !== null) await this.#requireVersion(stack, version);
    return this.#change(stack, by, (record) => {
      requireGeneration(record, ifGeneration);
      return placement(record, placements);
    });
  }

  /**
   * Takes a version out of service: its tags are gone at once.
   * @throws Failure `not-found`; `conflict` where it is promoted, placed or in use
   */
  async retire(stack: string, version: string, by: string): Promise<StackRecord> {
    await this.#requireVersion(stack, version);
    return this.#change(stack, by, (record, at) => retirement(record, version, at));
  }

  /**
   * Notes that `holder` runs these versions and no others; without any, its mark goes. The generation stays: no tag means
   * anything else.
   * @throws Failure `not-found` where there is no such stack
   */
  async markInUse(
    stack: string,
    holder: string,
    versions: readonly string[],
    by: string,
  ): Promise<StackRecord> {
    return this.#change(stack, by, (record, at) => inUseMark(record, holder, versions, at));
  }

  async #requireVersion(stack: string, version: string): Promise<void> {
    if ((await this.rootfs(stack, version)) !== undefined) return;
    throw new Failure('not-found', `No version ${version} of stack ${stack}: import it first`);
  }

  async #change(
    stack: string,
    by: string,
    decide: (record: StackRecord, at: string) => StackChange | undefined,
  ): Promise<StackRecord> {
    const changed = await updateRecord(this.#store, stackKey(stack), stackRecord, (record) => {
      if (record === undefined) throw noStack(stack);
      const at = this.#clock().toISOString();
      const change = decide(record, at);
      if (change === undefined) return undefined;
      const events = change.events.map((event) => ({ at, by, ...event }));
      return {
        ...record,
        ...change.values,
        generation: record.generation + (change.keepsGeneration === true ? 0 : 1),
        history: [...record.history, ...events].slice(-historyLength),
      };
    });
    if (changed === undefined) throw noStack(stack);
    return changed;
  }

  /** The names of the records in `folder`. */
  async #names(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#store.list(folder)) {
      names.push(key.slice(folder.length).replace(/\.json$/, ''));
    }
    return names;
  }
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function requireGeneration({ stack, generation }: StackRecord, expected: number | undefined): void {
  if (expected === undefined || expected === generation) return;
  throw new Failure(
    'conflict',
    `Stack ${stack} is at generation ${generation}, not at ${expected}: it was changed meanwhile; read it and decide anew`,
    { expected: String(expected), found: String(generation) },
  );
}

function noStack(stack: string): Failure {
  return new Failure('not-found', `No stack ${stack}: import a rootfs version into it first`);
}
