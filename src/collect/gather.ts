import { z } from 'zod';
import { dropletRecord, layerPointerKey, recordsFolder, refusalsFolder } from '../droplet/record.ts';
import { parseSourceKey } from '../droplet/source-key.ts';
import { guidState, statesFolder } from '../droplet/states.ts';
import { readOrigin, type Origin } from '../image/labels.ts';
import { layerPointer } from '../layer/pointer.ts';
import { hexOf, isDigest } from '../oci/digest.ts';
import { isDropletHash } from '../oci/reference.ts';
import { contentsKeyOf } from '../rootfs/contents-record.ts';
import { rootfsLayerKey, stacksFolder } from '../rootfs/keys.ts';
import { rootfsRecord } from '../rootfs/record.ts';
import { stackRecord } from '../rootfs/stack-record.ts';
import { probesFolder } from '../store/probe.ts';
import { day, isOlder, removalsLast } from '../store/lifetime.ts';
import { readWhole } from '../store/read-whole.ts';
import { readRecord } from '../store/records.ts';
import type { ObjectInfo, ReadableStore } from '../store/store.ts';
import { forEach } from './each.ts';
import { dueObjects, ledger, ledgerKey } from './ledger.ts';
import type { FencedStep, GuidStep, Plan, Step } from './plan.ts';
import { uploadKey, type Survey } from './survey.ts';
import { objectsFolder } from '../store/objects.ts';

export type Sources = { uploads: ReadableStore; source: ReadableStore | undefined };

const readsAtOnce = 32;

/** An assignment of a guid without droplets may come before its first droplet, but not so long. */
const assignmentsLast = 30 * day;

/**
 * Reads everything that says what is still in use, and answers what is not. What might name something is read after what it
 * might name was listed, so that what comes meanwhile is missed only where it is too young to go.
 * @throws Failure where anything cannot be read: nothing may be concluded from what is not there then
 */
export async function gather(own: ReadableStore, sources: Sources, survey: Survey): Promise<Plan> {
  for await (const info of own.list(objectsFolder)) survey.object(info);
  const reader = new Reader(own, survey);
  const sourceIsEmpty = await reader.sources(sources);
  await reader.states();
  await reader.rootfs();
  await reader.droplets();
  await reader.images();
  const pointers = await reader.pointers();
  const contents = await reader.contents();
  const found = survey.droplets();
  const due = dueObjects(await readRecord(own, ledgerKey, ledger), found.unnamed, survey.times.now);
  return {
    start: survey.times.now,
    ...found,
    sourceIsEmpty,
    versions: survey.versions(),
    pointers,
    contents,
    states: reader.emptyStates(),
    probes: await reader.probes(),
    due: new Map(due.map((id) => [id, found.unnamed.get(id) ?? 0])),
    waiting: { ...found.waiting, objects: found.unnamed.size - due.length },
    unreadable: survey.unreadable,
  };
}

class Reader {
  readonly #own: ReadableStore;
  readonly #survey: Survey;
  /** guids of which anything but a state is there */
  readonly #guids = new Set<string>();
  readonly #emptyStates: (GuidStep & { modified: number; lasts: number })[] = [];
  readonly #contents = new Set<string>();

  constructor(own: ReadableStore, survey: Survey) {
    this.#own = own;
    this.#survey = survey;
  }

  /** Answers whether the last of them, which the operator gave if any, has no droplet. */
  async sources({ uploads, source }: Sources): Promise<boolean> {
    let isEmpty = true;
    for (const store of source === undefined ? [uploads] : [uploads, source]) {
      isEmpty = true;
      for await (const { key } of store.list('')) {
        const name = parseSourceKey(key);
        if (name === undefined) continue;
        isEmpty = false;
        this.#guids.add(name.guid);
        this.#survey.present.add(`${name.guid}/${name.hash}`);
      }
    }
    return isEmpty;
  }

  async states(): Promise<void> {
    await this.#each(statesFolder, async (info, [file = '']) => {
      const guid = file.replace(/\.json$/, '');
      const state = await readRecord(this.#own, info.key, guidState);
      if (state !== undefined) this.#survey.state(guid, state);
      if (state !== undefined && Object.keys({ ...state.deleted, ...state.absent }).length > 0) return;
      const { key, size: bytes, etag, modified } = info;
      const hasStack = state?.stack !== undefined;
      const lasts = hasStack ? assignmentsLast : state === undefined ? removalsLast : day;
      const step = { kind: 'state', why: 'empty', key, bytes, etag, guid, hasStack } as const;
      this.#emptyStates.push({ ...step, modified, lasts });
    });
  }

  async rootfs(): Promise<void> {
    await this.#each(stacksFolder, async ({ key }) => {
      const record = await readRecord(this.#own, key, stackRecord);
      if (record !== undefined) this.#survey.stack(record);
    });
    await this.#each('v1/rootfs/', async (info) => {
      const record = await readRecord(this.#own, info.key, rootfsRecord);
      if (record === undefined) return;
      const { stack, version, layers } = record;
      const pointers = layers.map(({ digest }) => rootfsLayerKey(stack, hexOf(digest)));
      for (const { object } of layers) this.#survey.keepObject(object);
      const contents = contentsKeyOf(stack, layers);
      if (this.#survey.versionFate(stack, version).is === 'over') {
        const step = { kind: 'rootfs', why: 'retired', key: info.key, bytes: info.size } as const;
        this.#survey.versionGoes(stack, version, step, [...pointers, contents]);
      } else {
        for (const pointer of pointers) this.#survey.keepPointer(pointer);
        this.#contents.add(contents);
      }
    });
  }

  /** Records, and what lies beside them under the names of droplets. */
  async droplets(): Promise<void> {
    await this.#each(recordsFolder, async (info, [guid = '', hash = '']) => {
      this.#guids.add(guid);
      if (!isDropletHash(hash)) return;
      const record = await readRecord(this.#own, info.key, dropletRecord);
      if (record === undefined) return;
      const pointer = layerPointerKey(guid, hexOf(record.digest));
      this.#survey.keepObject(record.object);
      this.#survey.dropletHas(guid, hash, 'record', info, [pointer]);
      if (this.#survey.known(guid, hash).is !== 'over') this.#survey.keepPointer(pointer);
    });
    for (const [folder, kind] of [
      ['v1/needs/', 'needs'],
      [refusalsFolder, 'refusal'],
    ] as const) {
      await this.#each(folder, async (info, [guid = '', file = '']) => {
        this.#guids.add(guid);
        this.#survey.dropletHas(guid, file.replace(/\.json$/, ''), kind, info);
      });
    }
    for await (const info of this.#own.list('droplets/')) {
      const name = parseSourceKey(info.key.slice('droplets/'.length));
      if (name === undefined || uploadKey(name.guid, name.hash) !== info.key) continue;
      this.#survey.dropletHas(name.guid, name.hash, 'upload', info);
    }
  }

  /** An image goes with its droplet or with its rootfs, whichever goes first. */
  async images(): Promise<void> {
    await this.#each('v1/images/', async (info, [guid = '']) => {
      this.#guids.add(guid);
      const image = await this.#image(info);
      if (image?.origin.droplet === undefined) {
        this.#survey.unreadable.push(info.key);
        return;
      }
      const { hash } = image.origin.droplet;
      this.#survey.dropletHas(guid, hash, image.kind, info, image.layers);
      if (this.#survey.known(guid, hash).is !== 'over') this.#rootfsImage(info, image);
    });
    await this.#each('v1/rootfs-images/', async (info) => {
      const image = await this.#image(info);
      if (image === undefined) this.#survey.unreadable.push(info.key);
      else this.#rootfsImage(info, image);
    });
  }

  #rootfsImage(info: ObjectInfo, { kind, origin, layers }: StoredImage): void {
    const { stack, version } = origin.rootfs;
    if (this.#survey.versionFate(stack, version).is === 'over') {
      this.#survey.versionGoes(
        stack,
        version,
        { kind, why: 'retired', key: info.key, bytes: info.size },
        layers,
      );
    } else {
      for (const pointer of layers) this.#survey.keepPointer(pointer);
    }
  }

  /** All pointers, for the objects that they lead to. Answers those that nothing names which stays. */
  async pointers(): Promise<Plan['pointers']> {
    const found: Plan['pointers'] = [];
    const look = async (info: ObjectInfo): Promise<void> => {
      const pointer = await readRecord(this.#own, info.key, layerPointer);
      if (pointer !== undefined) this.#survey.keepObject(pointer.object);
      const lasts = pointer === undefined ? removalsLast : day;
      if (this.#survey.isNamed(info.key) || !isOlder(info, lasts, this.#survey.times.now)) return;
      const { key, size: bytes, etag } = info;
      found.push({ kind: 'pointer', why: 'unnamed', key, bytes, etag, object: pointer?.object ?? '' });
    };
    await this.#each(recordsFolder, async (info, [, folder = '']) => {
      if (folder === 'layers') await look(info);
    });
    await this.#each('v1/rootfs-layers/', look);
    return found;
  }

  async contents(): Promise<FencedStep[]> {
    const found: FencedStep[] = [];
    await this.#each('v1/rootfs-contents/', async (info) => {
      if (this.#contents.has(info.key) || !this.#survey.isOld(info)) return;
      const { key, size: bytes, etag } = info;
      found.push({ kind: 'contents', why: 'unnamed', key, bytes, etag });
    });
    return found;
  }

  /** States that say nothing, or name the stack of what has not been there for long, and removals that died halfway. */
  emptyStates(): GuidStep[] {
    const { now } = this.#survey.times;
    return this.#emptyStates.filter(
      (state) => !(state.hasStack && this.#guids.has(state.guid)) && isOlder(state, state.lasts, now),
    );
  }

  async probes(): Promise<Step[]> {
    const found: Step[] = [];
    await this.#each(probesFolder, async (info) => {
      if (this.#survey.isOld(info))
        found.push({ kind: 'probe', why: 'unnamed', key: info.key, bytes: info.size });
    });
    return found;
  }

  async #image(info: ObjectInfo): Promise<StoredImage | undefined> {
    const object = await readWhole(this.#own, info.key);
    return object === undefined ? undefined : parseImage(object.bytes);
  }

  async #each(folder: string, work: (info: ObjectInfo, parts: string[]) => Promise<void>): Promise<void> {
    await forEach(this.#own.list(folder), readsAtOnce, async (info) =>
      work(info, info.key.slice(folder.length).split('/')),
    );
  }
}

/** `layers`: keys of the pointers that it names in its stack, if they are rootfs layers or a launcher's. */
type StoredImage = { kind: 'manifest' | 'config'; origin: Origin; layers: string[] };

const manifest = z.object({ layers: z.array(z.object({ digest: z.string().refine(isDigest) })) });

function parseImage(bytes: Buffer): StoredImage | undefined {
  try {
    const found = readOrigin(bytes);
    if (found === undefined) return undefined;
    const named = found.kind === 'manifest' ? manifest.parse(JSON.parse(bytes.toString())).layers : [];
    const { stack } = found.origin.rootfs;
    // The droplet's own layer is the last, and named by its record.
    const shared = found.origin.droplet === undefined ? named : named.slice(0, -1);
    return { ...found, layers: shared.map(({ digest }) => rootfsLayerKey(stack, hexOf(digest))) };
  } catch {
    return undefined;
  }
}
