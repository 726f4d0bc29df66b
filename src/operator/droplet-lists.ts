import { refusalRecord, refusalsFolder, type RefusalRecord } from '../droplet/record.ts';
import { guidState, guidStateKey, statesFolder, untouched, type GuidStates } from '../droplet/states.ts';
import { requireGuid } from '../oci/names.ts';
import { readTagged } from '../store/records.ts';
import type { ReadableStore } from '../store/store.ts';
import { countApps } from './count-apps.ts';
import { Kept } from './kept.ts';
import { listDroplets, type StackState } from './list-droplets.ts';
import { ListedRecords } from './listed-records.ts';
import type { AppCounts, DropletSummary, RefusalQuery } from './operator.ts';

export type DropletListParts = {
  own: ReadableStore;
  sources: ReadableStore;
  states: Pick<GuidStates, 'get'>;
  defaultStack: string;
};

/** What is told of many droplets at once. Records that were read for one answer are remembered for the next. */
export class DropletLists {
  readonly #parts: DropletListParts;
  readonly #states: ListedRecords<StackState>;
  readonly #refusals: ListedRecords<RefusalRecord>;
  readonly #counts: Kept<AppCounts>;

  constructor(parts: DropletListParts) {
    const { own } = parts;
    this.#parts = parts;
    this.#states = new ListedRecords(own, statesFolder, async (key) => {
      const read = await readTagged(own, key, guidState);
      return (
        read && { ...read, value: read.value && { stack: read.value.stack, deleted: read.value.deleted } }
      );
    });
    this.#refusals = new ListedRecords(own, refusalsFolder, (key) => readTagged(own, key, refusalRecord));
    this.#counts = new Kept(async () => {
      const at = new Date().toISOString();
      return { at, apps: await countApps({ ...this.#parts, states: () => this.#allStates() }) };
    });
  }

  async list(guid?: string): Promise<DropletSummary[]> {
    if (guid === undefined) return listDroplets({ ...this.#parts, states: () => this.#allStates() });
    requireGuid(guid);
    const states = async () => {
      const state = await this.#parts.states.get(guid);
      return () => state;
    };
    return listDroplets({ ...this.#parts, states }, guid);
  }

  async count(): Promise<AppCounts> {
    return this.#counts.get();
  }

  async refusals({ rule, skip = 0, limit = Infinity }: RefusalQuery = {}): Promise<RefusalRecord[]> {
    return (await this.#allRefusals())
      .filter((one) => rule === undefined || one.rule === rule)
      .toSorted(latestFirst)
      .slice(skip, skip + limit);
  }

  async refusalRules(): Promise<Record<string, number>> {
    const rules = Map.groupBy(await this.#allRefusals(), ({ rule }) => rule);
    return Object.fromEntries(Array.from(rules, ([rule, all]) => [rule, all.length]));
  }

  async #allStates(): Promise<(guid: string) => StackState> {
    const all = await this.#states.all();
    return (guid) => all.get(guidStateKey(guid))?.value ?? untouched;
  }

  async #allRefusals(): Promise<RefusalRecord[]> {
    return Array.from((await this.#refusals.all()).values(), ({ value }) => value);
  }
}

function latestFirst(a: RefusalRecord, b: RefusalRecord): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return `${a.guid}/${a.hash}` < `${b.guid}/${b.hash}` ? -1 : 1;
}
