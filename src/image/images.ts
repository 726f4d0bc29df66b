import { LRUCache } from 'lru-cache';
import type { Conversions, Obtained } from '../convert/conversions.ts';
import type { Asker } from '../convert/queue.ts';
import type { DropletRecord } from '../droplet/record.ts';
import type { GuidState } from '../droplet/states.ts';
import { Failure } from '../errors.ts';
import type { LayerSettings } from '../layer/settings.ts';
import { parseDropletTag, type Repository } from '../oci/reference.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import { isRetired } from '../rootfs/stack-change.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import { believing, type Clock } from '../store/remembered.ts';
import type { Content, Image } from './assemble.ts';
import { imageFormats, type ImageFormat } from './formats.ts';
import type { LauncherLayers } from './launcher-layers.ts';
import { imagesOfGuid, imagesOfStack, type ServedImages } from './served.ts';
import { unknownFormat } from './settings.ts';

/** What decides the meaning of a tag. Reads may be up to a second old. */
export interface Facts {
  stack(stack: string): Promise<StackRecord | undefined>;
  rootfs(stack: string, version: string): Promise<RootfsRecord | undefined>;
  guid(guid: string): Promise<GuidState>;
  settings(): Promise<LayerSettings>;
  imageFormat(): Promise<number>;
  /**
   * What is believed at this moment about a guid, the stack that `stackOf` finds for it, and the settings: the same objects
   * for as long as nothing has changed. Undefined where the store must be asked.
   */
  known(guid: string, stackOf: (state: GuidState) => string): readonly object[] | undefined;
}

/**
 * What a tag means for as long as the facts, by their numbers, are the same: a meaning that held them would keep all of a stack's
 * placements of its time. `id` is that of the image.
 */
type Meaning = { id: string; facts: readonly number[]; head: Head };

/** What a HEAD is told of a manifest. `size` in bytes. */
export type Head = Pick<Content, 'mediaType' | 'digest'> & { size: number };

/** The image of a tag, and the furthest that it came from: this memory, the store, or a conversion that was waited for. */
export type Resolved = Pick<Obtained, 'from'> & { image: Image };

type Parts = { format: ImageFormat; rootfs: RootfsRecord; droplet: DropletRecord };

/** bytes of images kept assembled; where both remember them, they are shared with `ServedImages` */
const rememberedBytes = 32 * 1024 * 1024;

/** Tags of which it is known what they mean, those of all apps of a large foundation; some 700 bytes each. */
const rememberedMeanings = 50_000;

/** From a repository and a tag to the image that the tag means now. */
export class Images {
  readonly #facts: Facts;
  readonly #conversions: Conversions;
  readonly #launchers: LauncherLayers;
  readonly #served: ServedImages;
  readonly #defaultStack: string;
  readonly #formats: ReadonlyMap<number, ImageFormat>;
  readonly #assembled: LRUCache<string, Image, Parts>;
  readonly #meanings: LRUCache<string, Meaning>;
  readonly #numbers = new WeakMap<object, number>();
  #lastNumber = 0;

  constructor(
    facts: Facts,
    conversions: Conversions,
    launchers: LauncherLayers,
    served: ServedImages,
    defaultStack: string,
    clock?: Clock,
    formats: ReadonlyMap<number, ImageFormat> = imageFormats,
  ) {
    this.#assembled = new LRUCache<string, Image, Parts>({
      ...believing(clock),
      maxSize: rememberedBytes,
      sizeCalculation: ({ manifest, config }) => manifest.bytes.length + config.bytes.length + 1024,
      // Once for all who ask at the same time, also where newer ones push it out meanwhile.
      ignoreFetchAbort: true,
      // While the store is away, the last known.
      allowStaleOnFetchRejection: true,
      noDeleteOnFetchRejection: true,
      fetchMethod: (_id, _stale, { context }) => this.#assemble(context),
    });
    this.#meanings = new LRUCache({ max: rememberedMeanings, ...believing(clock) });
    this.#facts = facts;
    this.#conversions = conversions;
    this.#launchers = launchers;
    this.#served = served;
    this.#defaultStack = defaultStack;
    this.#formats = formats;
  }

  /** The image that a tag means now, where that needs no look at the store: most pulls of an app come in bursts. */
  known(repository: Repository, tag: string): Image | undefined {
    const meaning = this.#meaningOf(repository, tag);
    return meaning && this.#assembled.get(meaning.id);
  }

  /** The same of its manifest's head: who has the image asks for no more, and so much is known of many more tags. */
  knownHead(repository: Repository, tag: string): Head | undefined {
    return this.#meaningOf(repository, tag)?.head;
  }

  #meaningOf(repository: Repository, tag: string): Meaning | undefined {
    const meaning = this.#meanings.get(`${repository.name}:${tag}`);
    if (meaning === undefined) return undefined;
    const facts = this.#factsOf(repository);
    return facts?.every((fact, at) => this.#numbers.get(fact) === meaning.facts[at]) === true
      ? meaning
      : undefined;
  }

  /**
   * The image that a tag means now, converting its droplet for `asker` where that was not done yet. Whatever is answered
   * stays resolvable by digest.
   * @throws Failure `not-found` (`MANIFEST_UNKNOWN`) with the reason; what `Conversions.ensure` throws
   */
  async resolve(repository: Repository, tag: string, asker: Asker): Promise<Resolved> {
    if (repository.kind === 'rootfs') return this.#rootfsImage(repository.stack, tag);
    const wanted = parseDropletTag(tag);
    if (wanted === undefined) {
      throw unknown(
        `${repository.name}:${tag}`,
        'a tag here is the hash of a droplet, in 40 or 64 hex digits',
      );
    }
    const { guid } = repository;
    // Those of before: where one changes meanwhile, what is found is taken for no meaning of the others.
    const facts = this.#factsOf(repository);
    const state = await this.#facts.guid(guid);
    if (Object.hasOwn(state.deleted, wanted.hash))
      throw unknown(`${repository.name}:${tag}`, 'the droplet was deleted');
    const rootfs = await this.#rootfsFor(repository, state, wanted.version);
    const { settings, imageFormat, format } = await this.knowFormats();
    const { record: droplet, from } = await this.#conversions.obtain(guid, wanted.hash, settings, asker);

    const { variant, digest } = droplet;
    const id = [guid, wanted.hash, variant, digest, rootfs.stack, rootfs.version, imageFormat].join(' ');
    const parts = { format, rootfs, droplet };
    const isKnown = this.#assembled.has(id);
    const image = (await this.#assembled.fetch(id, { context: parts })) ?? (await this.#assemble(parts));
    if (facts !== undefined) {
      const numbers = facts.map((fact) => this.#numberOf(fact));
      this.#meanings.set(`${repository.name}:${tag}`, { id, facts: numbers, head: headOf(image.manifest) });
    }
    return { image, from: from === 'memory' && !isKnown ? 'store' : from };
  }

  #numberOf(fact: object): number {
    const known = this.#numbers.get(fact) ?? ++this.#lastNumber;
    this.#numbers.set(fact, known);
    return known;
  }

  #factsOf(repository: Repository): readonly object[] | undefined {
    if (repository.kind === 'rootfs') return undefined;
    const { guid, stack } = repository;
    return this.#facts.known(guid, (state) => stack ?? state.stack ?? this.#defaultStack);
  }

  /**
   * The formats in force, where this version knows them. While the store is away, the last known.
   * @throws Failure `unavailable`
   */
  async knowFormats(): Promise<{ settings: LayerSettings; imageFormat: number; format: ImageFormat }> {
    const [settings, imageFormat] = await Promise.all([this.#facts.settings(), this.#facts.imageFormat()]);
    const format = this.#formats.get(imageFormat);
    if (format === undefined) throw unknownFormat('images', imageFormat);
    return { settings, imageFormat, format };
  }

  async #assemble({ format, rootfs, droplet }: Parts): Promise<Image> {
    const image = format.droplet(rootfs, await this.#launchers.for(rootfs), droplet);
    await this.#served.keep(imagesOfGuid(droplet.guid), image);
    return image;
  }

  async #rootfsFor(
    repository: Extract<Repository, { kind: 'droplet' }>,
    state: GuidState,
    pinned: string | undefined,
  ): Promise<RootfsRecord> {
    const { guid, name } = repository;
    const own = state.stack ?? this.#defaultStack;
    const stack = repository.stack ?? own;
    if (stack !== own && pinned === undefined)
      throw unknown(name, `the droplets of ${guid} belong to stack ${own}`);
    const record = await this.#facts.stack(stack);
    if (record === undefined) throw unknown(name, `there is no stack ${stack} yet: import a rootfs version`);
    const version = pinned ?? placementOf(record, guid) ?? record.promoted;
    if (version === undefined)
      throw unknown(name, `stack ${stack} has no promoted rootfs version: promote one`);
    return this.#rootfs(record, version);
  }

  async #rootfsImage(stack: string, version: string): Promise<Resolved> {
    const record = await this.#facts.stack(stack);
    if (record === undefined) throw unknown(`${stack}/rootfs:${version}`, `there is no stack ${stack}`);
    const rootfs = await this.#rootfs(record, version);
    const { format } = await this.knowFormats();
    const image = format.rootfs(rootfs);
    const folder = imagesOfStack(stack);
    const isKnown = this.#served.known(folder, image.manifest.digest) !== undefined;
    await this.#served.keep(folder, image);
    return { image, from: isKnown ? 'memory' : 'store' };
  }

  async #rootfs(record: StackRecord, version: string): Promise<RootfsRecord> {
    const name = `${record.stack}/rootfs:${version}`;
    if (isRetired(record, version)) throw unknown(name, 'that rootfs version was retired');
    const rootfs = await this.#facts.rootfs(record.stack, version);
    if (rootfs === undefined) throw unknown(name, 'that rootfs version was never imported');
    return rootfs;
  }
}

/** What a HEAD is told of a manifest. */
export function headOf({ mediaType, digest, bytes }: Content): Head {
  return { mediaType, digest, size: bytes.length };
}

/** Guids come from users: one may be named like what every object has. */
function placementOf({ placements }: StackRecord, guid: string): string | undefined {
  return Object.hasOwn(placements, guid) ? placements[guid] : undefined;
}

function unknown(name: string, why: string): Failure {
  return new Failure('not-found', `Nothing to serve as ${name}: ${why}`, { reason: 'MANIFEST_UNKNOWN' });
}
