import type { Conversions } from '../convert/conversions.ts';
import type { Asker } from '../convert/queue.ts';
import { parseSourceKey } from '../droplet/source-key.ts';
import type { Facts, Images } from '../image/images.ts';
import { requireGuid, requireHash, requireStack, requireVersion } from '../oci/names.ts';
import { isGuid } from '../oci/reference.ts';
import type { ReadableStore } from '../store/store.ts';
import type { StoredDroplet, Warmed, WarmOperator } from './operator.ts';

export type WarmParts = {
  sources: ReadableStore;
  facts: Facts;
  conversions: Conversions;
  images: Images;
  defaultStack: string;
};

/** Converts ahead, on the stores themselves, when nothing else is to be converted. */
export class LocalWarming implements WarmOperator {
  readonly #parts: WarmParts;
  readonly #asker: Asker;

  /** @param by who shares a turn */
  constructor(parts: WarmParts, by: string) {
    this.#parts = parts;
    this.#asker = { urgency: 'warm', client: by };
  }

  async *stored(since = 0): AsyncIterable<StoredDroplet> {
    for await (const { key, size, modified } of this.#parts.sources.list('')) {
      const name = parseSourceKey(key);
      if (name !== undefined && isGuid(name.guid) && modified >= since) yield { ...name, size, modified };
    }
  }

  async warm(stack: string, guid: string, hash: string, version?: string): Promise<Warmed> {
    requireStack(stack);
    requireGuid(guid);
    requireHash(hash);
    if (version !== undefined) requireVersion(version);
    const { facts, conversions, images, defaultStack } = this.#parts;
    const state = await facts.guid(guid);
    if (Object.hasOwn(state.deleted, hash)) return { guid, hash, outcome: 'deleted' };
    if ((state.stack ?? defaultStack) !== stack) return { guid, hash, outcome: 'elsewhere' };
    const settings = await facts.settings();
    const known = await conversions.find(guid, hash, settings);
    if (version === undefined) {
      await conversions.ensure(guid, hash, settings, this.#asker);
    } else {
      const repository = { kind: 'droplet', name: `${stack}/${guid}`, stack, guid } as const;
      await images.resolve(repository, `${hash}-${version}`, this.#asker);
    }
    return { guid, hash, outcome: known === undefined ? 'converted' : 'known' };
  }
}
