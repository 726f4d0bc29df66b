import { LRUCache } from 'lru-cache';
import {
  conditionsOf,
  readDropletRecord,
  refusalKey,
  refusalRecord,
  type DropletRecord,
  type RefusalRecord,
} from '../droplet/record.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import { rulesVersion, type Limits } from '../droplet/rules.ts';
import { sourceKey } from '../droplet/source-key.ts';
import { Failure } from '../errors.ts';
import { variantOf, type LayerSettings } from '../layer/settings.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { readRecord } from '../store/records.ts';
import type { ReadableStore, Store } from '../store/store.ts';
import type { Job } from './job.ts';

/** What runs a conversion: the pool, in the facade. */
export interface Converts {
  run(job: Job): Promise<DropletRecord>;
}

/** Records of the droplets in use; some 1 KB each. */
const rememberedRecords = 10_000;

/** From a droplet to its record: the one that exists, or the one that a single conversion makes for all who wait. */
export class Conversions {
  readonly #own: Store;
  readonly #sources: ReadableStore;
  readonly #pool: Converts;
  readonly #limits: Limits;
  readonly #records = new LRUCache<string, DropletRecord>({ max: rememberedRecords });
  readonly #running = new Map<string, Promise<DropletRecord>>();

  constructor(own: Store, sources: ReadableStore, pool: Converts, limits: Limits) {
    this.#own = own;
    this.#sources = sources;
    this.#pool = pool;
    this.#limits = limits;
  }

  /** droplets that are looked up, are converted, or wait for it */
  get running(): number {
    return this.#running.size;
  }

  /** The record, or undefined where the droplet was not converted yet in this variant. */
  async find(guid: string, hash: string, settings: LayerSettings): Promise<DropletRecord | undefined> {
    const id = idOf(guid, hash, settings);
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const record = await readDropletRecord(this.#own, guid, hash, variantOf(settings));
    if (record !== undefined) this.#records.set(id, record);
    return record;
  }

  /**
   * The record, converting the droplet first where that was not done.
   * @throws Failure `not-found` (`MANIFEST_UNKNOWN`) where no source has the droplet; DropletRefused; what a conversion
   *   throws
   */
  async ensure(guid: string, hash: string, settings: LayerSettings): Promise<DropletRecord> {
    const id = idOf(guid, hash, settings);
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    return this.#running.get(id) ?? this.#start(id, { guid, hash, settings, limits: this.#limits });
  }

  /** The refusal that stands for a droplet under the present rules, bounds and settings. */
  async refusal(guid: string, hash: string, settings: LayerSettings): Promise<RefusalRecord | undefined> {
    const refusal = await readRecord(this.#own, refusalKey(guid, hash), refusalRecord);
    if (refusal === undefined || refusal.rulesVersion !== rulesVersion) return undefined;
    return refusal.conditions === conditionsOf(settings, this.#limits) ? refusal : undefined;
  }

  /** Forgets a refusal: the droplet's name is free again. */
  async forgive(guid: string, hash: string): Promise<void> {
    await this.#own.remove(refusalKey(guid, hash));
  }

  #start(id: string, job: Job): Promise<DropletRecord> {
    const running = this.#findOrConvert(job)
      .then((record) => {
        this.#records.set(id, record);
        return record;
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, running);
    return running;
  }

  async #findOrConvert(job: Job): Promise<DropletRecord> {
    const { guid, hash, settings } = job;
    return (await this.find(guid, hash, settings)) ?? this.#convert(job);
  }

  async #convert(job: Job): Promise<DropletRecord> {
    const { guid, hash, settings } = job;
    const [refusal, source] = await Promise.all([
      this.refusal(guid, hash, settings),
      this.#sources.stat(sourceKey(guid, hash)),
    ]);
    if (source === undefined) {
      throw new Failure('not-found', `No droplet ${guid}/${hash}`, { reason: 'MANIFEST_UNKNOWN' });
    }
    if (refusal !== undefined) throw new DropletRefused(`${guid}/${hash}`, refusal);
    try {
      return await this.#pool.run(job);
    } catch (error) {
      // What cannot be written down is refused all the same.
      if (error instanceof DropletRefused) await this.#remember(job, error).catch(() => {});
      throw error;
    }
  }

  async #remember({ guid, hash, settings }: Job, { refusal }: DropletRefused): Promise<void> {
    const { rule, entry, offset, detail } = refusal;
    const conditions = conditionsOf(settings, this.#limits);
    const at = new Date().toISOString();
    const record: RefusalRecord = {
      format: 1,
      guid,
      hash,
      rulesVersion,
      conditions,
      rule,
      entry,
      offset,
      detail,
      at,
    };
    await this.#own.put(refusalKey(guid, hash), canonicalJson(record));
  }
}

function idOf(guid: string, hash: string, settings: LayerSettings): string {
  return `${guid}/${hash}/${variantOf(settings)}`;
}
