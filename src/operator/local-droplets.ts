import type { Readable } from 'node:stream';
import type { Conversions } from '../convert/conversions.ts';
import type { Asker } from '../convert/queue.ts';
import { needsKey, needsRecord } from '../droplet/needs.ts';
import { recordsFolder, type RefusalRecord } from '../droplet/record.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import { sourceKey } from '../droplet/source-key.ts';
import type { GuidStates } from '../droplet/states.ts';
import { uploadDroplet } from '../droplet/upload.ts';
import { Failure } from '../errors.ts';
import type { CachedFacts } from '../image/facts.ts';
import { measure } from '../layer/meter.ts';
import { requireGuid, requireHash, requireStack } from '../oci/names.ts';
import { readRecord } from '../store/records.ts';
import type { ReadableStore, Store } from '../store/store.ts';
import { DropletLists } from './droplet-lists.ts';
import type {
  AppCounts,
  DropletDetails,
  DropletOperator,
  DropletSummary,
  PutOptions,
  PutResult,
  RefusalQuery,
  Verification,
} from './operator.ts';

export type DropletParts = {
  own: Store;
  uploads: Store;
  sources: ReadableStore;
  states: GuidStates;
  facts: CachedFacts;
  conversions: Conversions;
  defaultStack: string;
  /** Hears of conversions that fail after their upload was answered. */
  onBackgroundError(error: unknown): void;
};

/** Uploads are converted in order of arrival, whoever sent them. */
const arrivals: Asker = { urgency: 'upload', client: 'upload' };

/** What operators do with droplets, on the stores themselves. */
export class LocalDroplets implements DropletOperator {
  readonly #parts: DropletParts;
  readonly #lists: DropletLists;

  constructor(parts: DropletParts) {
    this.#parts = parts;
    this.#lists = new DropletLists(parts);
  }

  async put(guid: string, hash: string, body: Readable, options: PutOptions): Promise<PutResult> {
    const { uploads, states, conversions, facts } = this.#parts;
    requireDropletName(guid, hash);
    if (options.stack !== undefined) requireStack(options.stack);
    await states.retain(guid, hash);
    const stored = await uploadDroplet(uploads, guid, { hash, sha256: options.sha256 }, body);
    const isConverted = await this.#requireKnownContent(guid, hash, stored.sha256, stored.created);
    const conversion = this.#convert(guid, hash);
    if (options.wait) {
      // Before anything else changes: of a droplet that is refused, nothing is kept.
      await conversion.catch(async (error: unknown) => {
        if (error instanceof DropletRefused && stored.created) {
          await uploads.remove(sourceKey(guid, hash));
          await conversions.forgive(guid, hash);
        }
        throw error;
      });
    } else {
      conversion.catch((error: unknown) => {
        this.#parts.onBackgroundError(error);
      });
    }
    const isOfAnother = options.stack !== undefined && (await states.assign(guid, options.stack));
    const wasDeleted = await states.revive(guid, hash);
    facts.forgetGuid(guid);
    await this.#requireStored(guid, hash);
    // Of one that was not converted, an earlier put may have failed half-way.
    const changed = stored.created || !isConverted || isOfAnother || wasDeleted;
    return { guid, hash, ...stored, changed };
  }

  /** Somebody may have deleted it while it was put and converted, and the bytes with it: then it is deleted. */
  async #requireStored(guid: string, hash: string): Promise<void> {
    const { sources, states, facts } = this.#parts;
    if ((await sources.stat(sourceKey(guid, hash))) !== undefined) return;
    await states.bury(guid, hash);
    facts.forgetGuid(guid);
    throw new Failure('busy', `Droplet ${guid}/${hash} was deleted while it was put: put it again`, {
      retryAfter: 1,
    });
  }

  async list(guid?: string): Promise<DropletSummary[]> {
    return this.#lists.list(guid);
  }

  async count(): Promise<AppCounts> {
    return this.#lists.count();
  }

  async get(guid: string, hash: string): Promise<DropletDetails> {
    requireDropletName(guid, hash);
    const { conversions, facts } = this.#parts;
    const settings = await facts.settings();
    const summary = (await this.list(guid)).find((droplet) => droplet.hash === hash);
    if (summary === undefined) throw noDroplet(guid, hash);
    const record = await conversions.find(guid, hash, settings);
    const needs = await readRecord(this.#parts.own, needsKey(guid, hash), needsRecord);
    const refusal = await conversions.refusal(guid, hash, settings);
    return {
      ...summary,
      ...(record === undefined ? {} : { record }),
      ...(needs === undefined ? {} : { needs }),
      ...(refusal === undefined ? {} : { refusal }),
    };
  }

  async remove(guid: string, hash: string): Promise<boolean> {
    requireDropletName(guid, hash);
    const { states, uploads, facts, conversions } = this.#parts;
    if (!(await this.#exists(guid, hash))) throw noDroplet(guid, hash);
    // The bytes first: a put that comes in between is then deleted as a whole, and never left without its bytes.
    await uploads.remove(sourceKey(guid, hash));
    await conversions.forgive(guid, hash);
    const isChanged = await states.bury(guid, hash);
    facts.forgetGuid(guid);
    return isChanged;
  }

  async assignStack(guid: string, stack: string): Promise<boolean> {
    requireGuid(guid);
    const isChanged = await this.#parts.states.assign(guid, stack);
    this.#parts.facts.forgetGuid(guid);
    return isChanged;
  }

  async verify(guid: string, hash: string): Promise<Verification> {
    requireDropletName(guid, hash);
    const { sources, own, conversions, facts } = this.#parts;
    const problems: string[] = [];
    const record = await conversions.find(guid, hash, await facts.settings());
    const source = await sources.open(sourceKey(guid, hash));
    if (source === undefined && record === undefined) throw noDroplet(guid, hash);
    if (source === undefined)
      problems.push('the source no longer has the droplet; its layer is still served');
    else problems.push(...(await differing('the droplet in the source', source.body, hash)));
    if (record !== undefined) {
      const layer = await own.open(record.object);
      if (layer === undefined) problems.push(`the layer's object ${record.object} is gone`);
      else
        problems.push(...(await differing('the layer', layer.body, record.digest.slice('sha256:'.length))));
    }
    return { guid, hash, problems };
  }

  async refusals(query?: RefusalQuery): Promise<RefusalRecord[]> {
    return this.#lists.refusals(query);
  }

  async refusalRules(): Promise<Record<string, number>> {
    return this.#lists.refusalRules();
  }

  async #convert(guid: string, hash: string): Promise<void> {
    await this.#parts.conversions.ensure(guid, hash, await this.#parts.facts.settings(), arrivals);
  }

  /** In a source, or converted in any variant. */
  async #exists(guid: string, hash: string): Promise<boolean> {
    const { sources, own } = this.#parts;
    if ((await sources.stat(sourceKey(guid, hash))) !== undefined) return true;
    for await (const _ of own.list(`${recordsFolder}${guid}/${hash}/`)) return true;
    return false;
  }

  /**
   * A hash that is known with another content keeps it, also where the known droplet is no upload.
   * @returns whether it is known
   */
  async #requireKnownContent(guid: string, hash: string, sha256: string, created: boolean): Promise<boolean> {
    const { conversions, facts, uploads } = this.#parts;
    const known = await conversions.find(guid, hash, await facts.settings());
    if (known === undefined || known.sourceSha256 === sha256) return known !== undefined;
    if (created) await uploads.remove(sourceKey(guid, hash));
    throw new Failure(
      'conflict',
      `Droplet ${guid}/${hash} is already known with another content: it is kept`,
    );
  }
}

async function differing(what: string, body: Readable, expected: string): Promise<string[]> {
  const meter = await measure(body, 'sha1', 'sha256');
  const found = meter.hex(expected.length === 40 ? 'sha1' : 'sha256');
  return found === expected ? [] : [`${what} hashes to ${found} instead of ${expected}`];
}

function requireDropletName(guid: string, hash: string): void {
  requireGuid(guid);
  requireHash(hash);
}

function noDroplet(guid: string, hash: string): Failure {
  return new Failure('not-found', `No droplet ${guid}/${hash}`);
}
