import { LRUCache } from 'lru-cache';
import type { Conversions } from '../convert/conversions.ts';
import { needsKey, needsRecord, type NeedsRecord } from '../droplet/needs.ts';
import type { DropletRecord } from '../droplet/record.ts';
import { sourceKey } from '../droplet/source-key.ts';
import { tombstoneOf } from '../droplet/states.ts';
import { breaksOf } from '../image/breaks.ts';
import type { Facts } from '../image/images.ts';
import { librariesKey } from '../image/libraries-key.ts';
import type { LayerSettings } from '../layer/settings.ts';
import { requireGuid, requireHash, requireStack, requireVersion } from '../oci/names.ts';
import { readContents } from '../rootfs/contents-record.ts';
import { indexLibraries, type LibraryIndex } from '../rootfs/library-index.ts';
import { readRecord } from '../store/records.ts';
import type { ReadableStore } from '../store/store.ts';
import { inParallel } from './in-parallel.ts';
import { noVersion } from './no-version.ts';
import type { DropletImpact, DropletName, ImpactOperator } from './operator.ts';

export type ImpactParts = {
  own: ReadableStore;
  sources: ReadableStore;
  facts: Facts;
  conversions: Conversions;
};

/** Of a few stacks the version that runs and the one that comes. */
const rememberedVersions = 8;
const readAtOnce = 32;

type Versions = { settings: LayerSettings; to: LibraryIndex; from: LibraryIndex | undefined };

/** What the stores themselves tell of a bump. */
export class LocalImpact implements ImpactOperator {
  readonly #parts: ImpactParts;
  readonly #libraries = new LRUCache<string, Promise<LibraryIndex>>({ max: rememberedVersions });

  constructor(parts: ImpactParts) {
    this.#parts = parts;
  }

  async *droplets(
    stack: string,
    version: string,
    droplets: readonly DropletName[],
    from?: string,
  ): AsyncGenerator<DropletImpact> {
    requireStack(stack);
    for (const name of [version, ...(from === undefined ? [] : [from])]) requireVersion(name);
    for (const { guid, hash } of droplets) {
      requireGuid(guid);
      requireHash(hash);
    }
    const versions: Versions = {
      settings: await this.#parts.facts.settings(),
      to: await this.#librariesOf(stack, version),
      from: from === undefined ? undefined : await this.#librariesOf(stack, from),
    };
    yield* inParallel(droplets, readAtOnce, (name) => this.#droplet(name, versions));
  }

  async #droplet({ guid, hash }: DropletName, versions: Versions): Promise<DropletImpact> {
    const { own, sources, facts, conversions } = this.#parts;
    if (tombstoneOf(await facts.guid(guid), hash) !== undefined) return { guid, hash, state: 'deleted' };
    const [record, needs] = await Promise.all([
      conversions.find(guid, hash, versions.settings),
      readRecord(own, needsKey(guid, hash), needsRecord),
    ]);
    if (record !== undefined && needs !== undefined) return impactOf(record, needs, versions);
    if ((await conversions.refusal(guid, hash, versions.settings)) !== undefined)
      return { guid, hash, state: 'refused' };
    const source = await sources.stat(sourceKey(guid, hash));
    return { guid, hash, state: source === undefined ? 'absent' : 'unconverted' };
  }

  /** What a version holds never changes. Those who ask at the same time share one reading. */
  async #librariesOf(stack: string, version: string): Promise<LibraryIndex> {
    const key = `${stack}/${version}`;
    const known = this.#libraries.get(key);
    if (known !== undefined) return known;
    const reading = this.#readLibraries(stack, version);
    this.#libraries.set(key, reading);
    reading.catch(() => this.#libraries.delete(key));
    return reading;
  }

  async #readLibraries(stack: string, version: string): Promise<LibraryIndex> {
    const contents = await readContents(this.#parts.own, stack, version);
    if (contents === undefined) throw noVersion(stack, version);
    return indexLibraries(contents);
  }
}

function impactOf(record: DropletRecord, needs: NeedsRecord, { to, from }: Versions): DropletImpact {
  const { guid, hash, size, diffSize } = record;
  const { buildpack, sizeClass, unknown, unlisted } = needs;
  return {
    guid,
    hash,
    state: 'converted',
    bytes: size,
    diffBytes: diffSize,
    ...(buildpack === undefined ? {} : { buildpack }),
    sizeClass,
    libraries: librariesKey(needs),
    ...breaksOf(needs, to, from),
    unknown: unknown.length + unlisted,
  };
}
