import {
  conditionsOf,
  readDropletRecord,
  refusalKey,
  refusalRecord,
  type DropletRecord,
  type RefusalRecord,
} from '../droplet/record.ts';
import { DropletRefused, type Refusal } from '../droplet/refusal.ts';
import { rulesVersion, type Limits } from '../droplet/rules.ts';
import { sourceKey } from '../droplet/source-key.ts';
import { Failure, isFailure } from '../errors.ts';
import { variantOf, type LayerSettings } from '../layer/settings.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { readRecord } from '../store/records.ts';
import { Remembered, type Clock } from '../store/remembered.ts';
import type { ReadableStore, Store } from '../store/store.ts';
import { jobId, type Job } from './job.ts';
import type { Asker } from './queue.ts';

/** What runs a conversion: the pool, in the facade. */
export interface Converts {
  /** @param askers all who want it so far */
  run(job: Job, askers: Iterable<Asker>): Promise<DropletRecord>;
  /** Somebody else wants the job with this id, which may still wait for its turn. */
  join(id: string, asker: Asker): void;
}

/** A droplet's record, and where it came from: this memory, the store, or a conversion that was waited for. */
export type Obtained = { record: DropletRecord; from: 'memory' | 'store' | 'converted' };

/** A droplet that is looked up, waits, or is converted; `askers` by what tells them apart. */
type Running = { work: Promise<Obtained>; askers: Map<string, Asker> };

/** Hears of a droplet that was converted, or refused. */
type Watcher = (job: Job, refusal: Refusal | undefined) => void;

/** Records of the droplets in use, of a large foundation's all; some 1 KB each. */
const rememberedRecords = 50_000;

/** From a droplet to its record: the one that exists, or the one that a single conversion makes for all who wait. */
export class Conversions {
  readonly #own: Store;
  readonly #sources: ReadableStore;
  readonly #pool: Converts;
  readonly #limits: Limits;
  readonly #records: Remembered<DropletRecord>;
  readonly #running = new Map<string, Running>();
  readonly #watchers: Watcher[] = [];

  constructor(own: Store, sources: ReadableStore, pool: Converts, limits: Limits, clock?: Clock) {
    this.#records = new Remembered({ max: rememberedRecords }, clock);
    this.#own = own;
    this.#sources = sources;
    this.#pool = pool;
    this.#limits = limits;
  }

  /** droplets that are looked up, are converted, or wait for it */
  get running(): number {
    return this.#running.size;
  }

  /** Tells `watcher` of each conversion that was asked for here and has come to an answer. */
  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  /** The record, or undefined where the droplet was not converted yet in this variant. */
  async find(guid: string, hash: string, settings: LayerSettings): Promise<DropletRecord | undefined> {
    const id = jobId({ guid, hash, settings });
    return this.#records.get(id, () => readDropletRecord(this.#own, guid, hash, variantOf(settings)));
  }

  /**
   * The record, converting the droplet first where that was not done: when it is `asker`'s turn, or sooner where somebody
   * else wants it too. What was begun, or waits, is done also when all who asked have gone.
   * @throws Failure `not-found` (`MANIFEST_UNKNOWN`) where no source has the droplet; DropletRefused; what a conversion
   *   throws
   */
  async ensure(guid: string, hash: string, settings: LayerSettings, asker: Asker): Promise<DropletRecord> {
    return (await this.obtain(guid, hash, settings, asker)).record;
  }

  /** The same, and where the record came from. */
  async obtain(guid: string, hash: string, settings: LayerSettings, asker: Asker): Promise<Obtained> {
    const id = jobId({ guid, hash, settings });
    const known = this.#records.known(id);
    if (known !== undefined) return { record: known, from: 'memory' };
    const running = this.#running.get(id);
    if (running === undefined) return this.#start(id, { guid, hash, settings, limits: this.#limits }, asker);
    // While it is looked up the pool does not know it yet.
    running.askers.set(nameOf(asker), asker);
    this.#pool.join(id, asker);
    return running.work.catch((error: unknown) => {
      if (!isFailure(error, 'not-found')) throw error;
      // It looked before we asked: the droplet may have been put since.
      return (
        this.#running.get(id)?.work ?? this.#start(id, { guid, hash, settings, limits: this.#limits }, asker)
      );
    });
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

  #start(id: string, job: Job, asker: Asker): Promise<Obtained> {
    const askers = new Map([[nameOf(asker), asker]]);
    const work = this.#findOrConvert(job, askers)
      .then((obtained) => {
        this.#records.set(id, obtained.record);
        return obtained;
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { work, askers });
    return work;
  }

  async #findOrConvert(job: Job, askers: Running['askers']): Promise<Obtained> {
    const { guid, hash, settings } = job;
    const found = await this.find(guid, hash, settings);
    if (found !== undefined) return { record: found, from: 'store' };
    return { record: await this.#convert(job, askers), from: 'converted' };
  }

  async #convert(job: Job, askers: Running['askers']): Promise<DropletRecord> {
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
      const record = await this.#pool.run(job, askers.values());
      this.#tell(job);
      return record;
    } catch (error) {
      if (error instanceof DropletRefused) {
        // What cannot be written down is refused all the same.
        await this.#remember(job, error).catch(() => {});
        this.#tell(job, error.refusal);
      }
      throw error;
    }
  }

  #tell(job: Job, refusal?: Refusal): void {
    for (const watcher of this.#watchers) watcher(job, refusal);
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

function nameOf({ urgency, client }: Asker): string {
  return `${urgency} ${client}`;
}
