import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { collect } from '../../src/collect/collect.ts';
import { layerPointerKey } from '../../src/droplet/record.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { statesMark } from '../../src/droplet/states.ts';
import { isFailure } from '../../src/errors.ts';
import { chooseSettings } from '../../src/image/settings.ts';
import { parseDigest, sha256 } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { rootfsLayerKey, stackKey } from '../../src/rootfs/keys.ts';
import { stackRecord } from '../../src/rootfs/stack-record.ts';
import { day, hour, minute } from '../../src/store/lifetime.ts';
import { prefixedReader } from '../../src/store/prefixed.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { importVersion, newReplica, stack, type Replica } from './replica.ts';
import { Stepper, type Chance, type Process } from './stepper.ts';

export const grace = 7 * day;

export type Droplet = { bytes: Buffer; hash: string };

/**
 * What must be true of a droplet. `live`: its tags resolve. `unsure`: an operation on it was cut off, or it came back to its
 * source after so long that a collection may have buried it. `goneAt`: since when it is not there, for what its digests may claim.
 */
type Expected = {
  state: 'live' | 'gone' | 'unsure';
  goneAt: number;
  absentSince?: number | undefined;
  since?: number;
};

/** An image that was answered, and may claim to be there until its droplet or its version is over. */
type Answered = { name: string; guid: string; version: string; digest: string };

type Node = { replica: Replica; process: Process };

type Running = { what: string; began: number; node: Node | undefined; done: boolean };

/** Stores, replicas and collectors on one simulated clock, and what must be true of them. */
export class World {
  readonly #chance: Chance;
  /** operations at once */
  readonly #most: number;
  readonly #droplets: readonly Droplet[];
  readonly #stepper: Stepper;
  readonly own: MemoryStore;
  readonly #source: MemoryStore;
  readonly #expected = new Map<string, Expected>();
  readonly #retired = new Map<string, number>();
  readonly #busyDroplets = new Set<string>();
  readonly log: string[] = [];
  #now = Date.parse('2026-11-21T00:00:00Z');
  #nodes: Node[] = [];
  #running: Running[] = [];
  #answered: Answered[] = [];
  #versions: string[] = [];
  #made = 0;
  failure: string | undefined;
  collections = 0;

  constructor(chance: Chance, droplets: readonly Droplet[]) {
    this.#chance = chance;
    this.#most = chance.of([1, 2, 5]);
    this.#droplets = droplets;
    const etags = chance.is(0.5) ? 'bytes' : 'unique';
    this.own = new MemoryStore({ clock: () => this.#now, etags });
    this.#source = new MemoryStore({ clock: () => this.#now });
    this.#stepper = new Stepper(this.own, chance);
  }

  async begin(): Promise<void> {
    this.#stepper.isFree = true;
    for (let i = 0; i < 2; i++) this.#nodes.push(this.#newNode());
    for (let i = 0; i < 2; i++) await this.#import(this.#nodes[0]);
    await this.#nodes[0]?.replica.stacks.promote(stack, this.#versions[0] ?? '', 'sim');
    this.#stepper.isFree = false;
  }

  /** One call to the store, or the begin of an operation, or some time. */
  async step(): Promise<void> {
    if (this.#chance.is(0.06)) this.#passTime();
    if (this.#running.length < this.#most && this.#chance.is(0.12)) this.#beginSomething();
    else if (!(await this.#stepper.step()) && this.#running.length < this.#most) this.#beginSomething();
    this.#running = this.#running.filter(({ done }) => !done);
    if (this.#chance.is(0.004)) this.#crash();
    this.#check();
  }

  /** Deletes and retires everything, and collects until nothing can be left. */
  async end(): Promise<void> {
    // Conversions of uploads that were answered go on, and have no operation of their own.
    for (let i = 0; i < 20_000 && (await this.#stepper.step()); i++);
    this.#running = this.#running.filter(({ done }) => !done);
    if (this.#running.length > 0)
      this.#fail(`still running: ${this.#running.map(({ what }) => what).join(', ')}`);
    this.#stepper.isFree = true;
    this.#check();
    const { replica } = this.#nodes[0] ?? this.#newNode();
    this.#now += 2 * hour;
    this.#checkNames();
    await this.#allResolve(replica);
    const last = await this.#import({ replica, process: this.#stepper.process(1) });
    await replica.stacks.promote(stack, last, 'sim');
    const { placements = {} } = (await replica.stacks.get(stack)) ?? {};
    await replica.stacks.place(
      stack,
      Object.fromEntries(Object.keys(placements).map((guid) => [guid, null])),
      'sim',
    );
    for (const version of this.#versions)
      if (version !== last) await this.#tolerate(replica.stacks.retire(stack, version, 'sim'));
    for (const { guid, hash } of await replica.droplets.list()) await replica.droplets.remove(guid, hash);
    for (const key of this.#source.objects.keys()) this.#source.objects.delete(key);
    for (let i = 0; i < 14; i++) {
      this.#now += 3.2 * day;
      await this.#collect(this.own, true);
    }
    this.#checkEmpty(last);
  }

  #checkEmpty(last: string): void {
    const left = [...this.own.objects.keys()].filter(
      (key) =>
        ![
          stackKey(stack),
          'v1/collection.json',
          statesMark,
          'v1/settings.json',
          `v1/rootfs/${stack}/${last}.json`,
        ].includes(key),
    );
    const kinds = left.map((key) => key.split('/').slice(0, 2).join('/')).toSorted();
    const wanted = ['v1/objects', 'v1/objects', 'v1/rootfs-contents', 'v1/rootfs-layers', 'v1/rootfs-layers'];
    if (JSON.stringify(kinds) !== JSON.stringify(wanted)) this.#fail(`left over: ${left.join(', ')}`);
  }

  #newNode(): Node {
    const process = this.#stepper.process(0.3);
    return { process, replica: newReplica(process.store, this.#source, () => this.#now) };
  }

  /** Operations are in time, as the protocol demands; so is what a collector does between its last look and its removal. */
  #passTime(): void {
    const running = this.#running.filter(({ node }) => node !== undefined);
    const leeway = Math.min(...running.map(({ began }) => began)) + 5.5 * hour - this.#now;
    if (this.#stepper.waits(({ method, key }) => method === 'remove' && key.startsWith('v1/'))) {
      this.#now += this.#chance.below(2000);
      return;
    }
    const wanted =
      this.#chance.of([1000, minute, 10 * minute, hour, 12 * hour, day, 3 * day]) *
      (0.5 + this.#chance.next());
    this.#now += Math.floor(Math.max(0, Math.min(wanted, leeway)));
  }

  /**
   * What a droplet had is about to go, and at the same time it is put again, or another with the same layer is: here the races
   * are, which chance alone seldom meets.
   */
  #beginCrisis(): void {
    const guid = this.#chance.of(['guid-a', 'guid-b']);
    const gone = this.#droplets.filter(({ hash }) => this.#expected.get(`${guid}/${hash}`)?.state === 'gone');
    if (gone.length === 0) return;
    this.log.push('crisis');
    const leap = this.#chance.of([hour, 6 * hour, day, 8 * day]);
    this.#now += leap * (1 + this.#chance.next() / 10);
    const collectors = 1 + this.#chance.below(2);
    for (let i = 0; i < collectors; i++) this.#beginCollection();
    for (const droplet of [this.#chance.of(gone), this.#chance.of(this.#droplets)]) {
      const node = this.#chance.of(this.#nodes);
      const name = `${guid}/${droplet.hash}`;
      this.#changeDroplet(name, node, () => this.#put(node, guid, droplet, this.#chance.is(0.5)));
    }
  }

  #beginCollection(): void {
    const process = this.#stepper.process(0.75);
    this.#run('collect', undefined, () => this.#collect(process.store, this.#chance.is(0.8)), process);
  }

  #beginSomething(): void {
    if (this.#running.length === 0 && this.#chance.is(0.5)) this.#beginCrisis();
    const node = this.#chance.of(this.#nodes);
    const droplet = this.#chance.of(this.#droplets);
    const guid = this.#chance.of(['guid-a', 'guid-b']);
    const name = `${guid}/${droplet.hash}`;
    const version = this.#chance.of(this.#versions);
    const dice = this.#chance.below(100);
    if (dice < 15)
      this.#changeDroplet(name, node, () => this.#put(node, guid, droplet, this.#chance.is(0.5)));
    else if (dice < 27) this.#changeDroplet(name, node, () => this.#remove(node, guid, droplet.hash));
    else if (dice < 48) this.#run(`pull ${name}`, node, () => this.#pull(node, guid, droplet.hash));
    else if (dice < 53) this.#run(`pin ${name}`, node, () => this.#pull(node, guid, droplet.hash, version));
    else if (dice < 60) this.#run('blobs', node, () => this.#pullBlobs(node));
    else if (dice < 63) this.#run('import', node, async () => void (await this.#import(node)));
    else if (dice < 67)
      this.#run('promote', node, () => this.#tolerate(node.replica.stacks.promote(stack, version, 'sim')));
    else if (dice < 71) {
      const placement = { [guid]: this.#chance.is(0.5) ? null : version };
      this.#run('place', node, () => this.#tolerate(node.replica.stacks.place(stack, placement, 'sim')));
    } else if (dice < 76) this.#run(`retire ${version}`, node, () => this.#retire(node, version));
    else if (dice < 80) this.#changeDroplet(name, undefined, async () => this.#appear(guid, droplet));
    else if (dice < 84) this.#changeDroplet(name, undefined, async () => this.#vanish(guid, droplet.hash));
    else if (dice < 86) {
      const compression = this.#chance.of(['gzip', 'zstd', 'none'] as const);
      const layer = { compression, owner: 'vcap', special: 'strip' } as const;
      this.#run('settings', node, () => chooseSettings(node.process.store, { layer }));
    } else {
      this.#beginCollection();
    }
  }

  #changeDroplet(name: string, node: Node | undefined, work: () => Promise<void>): void {
    if (this.#busyDroplets.has(name)) return;
    this.#busyDroplets.add(name);
    this.#run(`change ${name}`, node, () => work().finally(() => this.#busyDroplets.delete(name)));
  }

  #run(what: string, node: Node | undefined, work: () => Promise<void>, process?: Process): void {
    const running: Running & { process?: Process | undefined } = {
      what,
      began: this.#now,
      node,
      done: false,
      process,
    };
    this.log.push(`${new Date(this.#now).toISOString()} ${what}`);
    this.#running.push(running);
    work()
      .catch((error: unknown) =>
        this.#fail(`${what}: ${String(error)}${error instanceof Error ? error.stack : ''}`),
      )
      .finally(() => {
        running.done = true;
      });
  }

  /** A replica dies with all that it was doing; another takes its place. */
  #crash(): void {
    const index = this.#chance.below(this.#nodes.length);
    const node = this.#nodes[index];
    if (node === undefined) return;
    this.log.push('crash');
    this.#stepper.kill(node.process);
    for (const running of this.#running.filter((item) => item.node === node)) {
      running.done = true;
      const name = running.what.replace('change ', '');
      if (!this.#busyDroplets.delete(name)) continue;
      const { goneAt = this.#now } = this.#expected.get(name) ?? {};
      this.#expected.set(name, { state: 'unsure', goneAt: Math.min(goneAt, this.#now) });
    }
    this.#nodes[index] = this.#newNode();
  }

  async #put(node: Node, guid: string, { bytes, hash }: Droplet, wait: boolean): Promise<void> {
    const name = `${guid}/${hash}`;
    const before = this.#expected.get(name);
    this.#expected.set(name, {
      ...(before ?? { goneAt: 0 }),
      state: before?.state === 'live' ? 'live' : 'unsure',
    });
    try {
      await node.replica.droplets.put(guid, hash, Readable.from([bytes]), { wait });
    } catch (error) {
      if (isLate(error)) return;
      if (!isFailure(error, 'busy')) throw error;
      if (before?.state === 'live' && !this.#hasMark()) throw error;
      return;
    }
    this.#dropOver();
    this.#expected.set(name, { state: 'live', goneAt: Infinity, since: this.#now });
  }

  async #remove(node: Node, guid: string, hash: string): Promise<void> {
    const name = `${guid}/${hash}`;
    const at = this.#now;
    try {
      this.#expected.set(name, {
        state: 'unsure',
        goneAt: Math.min(at, this.#expected.get(name)?.goneAt ?? at),
      });
      await node.replica.droplets.remove(guid, hash);
    } catch (error) {
      if (!isFailure(error, 'not-found', 'busy')) throw error;
    }
    this.#expected.set(name, { state: 'gone', goneAt: Math.min(at, this.#expected.get(name)?.goneAt ?? at) });
  }

  /** Cloud Controller writes to its blobstore. */
  #appear(guid: string, { bytes, hash }: Droplet): void {
    const name = `${guid}/${hash}`;
    void this.#source.put(sourceKey(guid, hash), bytes);
    const known = this.#expected.get(name);
    this.#dropOver();
    if (known === undefined) this.#expected.set(name, { state: 'live', goneAt: Infinity, since: this.#now });
    else if (known.absentSince !== undefined && this.#now - known.absentSince < day + grace)
      this.#expected.set(name, { state: 'live', goneAt: Infinity, since: this.#now });
    else if (known.state !== 'live') this.#expected.set(name, { ...known, state: 'unsure' });
  }

  #vanish(guid: string, hash: string): void {
    const name = `${guid}/${hash}`;
    if (!this.#source.objects.delete(sourceKey(guid, hash))) return;
    const known = this.#expected.get(name);
    if (known?.state !== 'live' || this.own.objects.has(uploadsPrefix + sourceKey(guid, hash))) return;
    // Not converted, it cannot be served; converted, it is, until it was missed twice and the grace is over.
    this.#expected.set(name, { state: 'unsure', goneAt: this.#now + day, absentSince: this.#now });
  }

  async #pull(node: Node, guid: string, hash: string, pinned?: string): Promise<void> {
    const name = `${guid}/${hash}`;
    const before = this.#expected.get(name);
    // What changed on one replica, others know half a second later.
    const isKnown = this.#now - (before?.since ?? 0) > 1000;
    const [repository, tag] = [
      parseRepository(`${stack}/${guid}`),
      pinned === undefined ? hash : `${hash}-${pinned}`,
    ];
    try {
      const {
        image: { manifest },
      } = await node.replica.images.resolve(repository, tag, {
        urgency: 'pull',
        client: 'sim',
      });
      const version = String(JSON.parse(String(manifest.bytes)).annotations['dev.dropstack.rootfs.version']);
      // A replica may know for half a second less than the others.
      if (this.#expected.get(name)?.state === 'live')
        this.#answered.push({ name, guid, version, digest: manifest.digest });
    } catch (error) {
      if (isLate(error) || (isFailure(error, 'busy') && this.#hasMark())) return;
      const after = this.#expected.get(name);
      const isLive =
        isKnown && before?.state === 'live' && after?.state === 'live' && after.goneAt === before.goneAt;
      if (!isFailure(error, 'not-found') || (isLive && pinned === undefined)) throw error;
    }
  }

  /** An image by its digest, as a node pulls it from any replica. */
  async #pullBlobs({ replica }: Node): Promise<void> {
    const live = this.#answered.filter((image) => this.#claims(image));
    if (live.length === 0) return;
    const image = this.#chance.of(live);
    const digest = parseDigest(image.digest);
    const served = digest && (await replica.served.get(`v1/images/${image.guid}/`, digest));
    if (served === undefined) return this.#unlessOver(image, 'its manifest is gone');
    for (const layer of JSON.parse(String(served.bytes)).layers as { digest: string }[]) {
      const layerDigest = parseDigest(layer.digest);
      const blob =
        layerDigest && (await replica.blobs.find(parseRepository(`${stack}/${image.guid}`), layerDigest));
      if (blob === undefined || !('object' in blob))
        return this.#unlessOver(image, `layer ${layer.digest} is unknown`);
      const object = await replica.own.open(blob.object);
      if (object === undefined) return this.#unlessOver(image, `the object of layer ${layer.digest} is gone`);
      if (sha256(await buffer(object.body)) !== layer.digest) this.#fail(`${layer.digest} has other bytes`);
    }
    return undefined;
  }

  #unlessOver(image: Answered, what: string): void {
    if (this.#claims(image)) this.#fail(`${image.name} over ${image.version}: ${what}`);
  }

  async #import(node: Node | undefined): Promise<string> {
    const version = String(++this.#made);
    // Versions share layers, with those that were and those that will be.
    const layers = ['base', `own ${this.#chance.below(3)}`];
    await importVersion(node?.process.store ?? this.own, version, layers, () => this.#now);
    this.#versions.push(version);
    return version;
  }

  async #retire({ replica }: Node, version: string): Promise<void> {
    const at = this.#now;
    const isFirst = !this.#retired.has(version);
    if (isFirst) this.#retired.set(version, at);
    try {
      await replica.stacks.retire(stack, version, 'sim');
    } catch (error) {
      if (!isFailure(error, 'conflict', 'not-found')) throw error;
      if (isFirst && !this.#isRetired(version)) this.#retired.delete(version);
    }
  }

  #isRetired(version: string): boolean {
    const record = stackRecord.parse(JSON.parse(String(this.own.objects.get(stackKey(stack))?.bytes)));
    return Object.hasOwn(record.retired, version);
  }

  async #tolerate(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => {
      if (!isFailure(error, 'conflict', 'not-found')) throw error;
    });
  }

  async #collect(own: MemoryStore, allowLarge: boolean): Promise<void> {
    const parts = {
      own,
      uploads: prefixedReader(own, uploadsPrefix),
      source: this.#source,
      clock: () => this.#now,
    };
    try {
      await collect(parts, { graceSeconds: grace / 1000, dryRun: false, allowLarge });
      this.collections++;
    } catch (error) {
      // Time may pass while it compares clocks.
      if (!isFailure(error, 'conflict', 'busy') && !/clocks/.test(String(error))) throw error;
    }
  }

  /** Whether an image must still be there. */
  #claims({ name, version }: Answered): boolean {
    const { goneAt = 0 } = this.#expected.get(name) ?? {};
    return this.#now < goneAt + grace && this.#now < (this.#retired.get(version) ?? Infinity) + grace;
  }

  #dropOver(): void {
    this.#answered = this.#answered.filter((image) => this.#claims(image));
  }

  #check(): void {
    this.#dropOver();
    for (const image of this.#answered) {
      const manifest = this.own.objects.get(`v1/images/${image.guid}/${hex(image.digest)}`);
      if (manifest === undefined)
        return this.#fail(`${image.name} over ${image.version}: no manifest ${image.digest}`);
      const { config, layers } = JSON.parse(String(manifest.bytes)) as Record<'config', Named> & {
        layers: Named[];
      };
      if (!this.own.objects.has(`v1/images/${image.guid}/${hex(config.digest)}`))
        return this.#fail('no config');
      for (const { digest } of layers) {
        const pointer =
          this.own.objects.get(layerPointerKey(image.guid, hex(digest))) ??
          this.own.objects.get(rootfsLayerKey(stack, hex(digest)));
        if (pointer === undefined)
          return this.#fail(`${image.name} over ${image.version}: no pointer of ${digest}`);
        const { object } = JSON.parse(String(pointer.bytes)) as { object?: string };
        if (object === undefined || !this.own.objects.has(object))
          return this.#fail(`${image.name} over ${image.version}: no object of ${digest}`);
      }
    }
    return undefined;
  }

  /** What is named exists. */
  #checkNames(): void {
    for (const [key, { bytes }] of this.own.objects) {
      if (!/^v1\/(droplets|rootfs|rootfs-layers)\//.test(key)) continue;
      const value = JSON.parse(String(bytes)) as { object?: string; layers?: { object: string }[] };
      for (const object of [value.object ?? [], value.layers?.map((layer) => layer.object) ?? []].flat()) {
        if (!this.own.objects.has(object)) this.#fail(`${key} names ${object}, which is gone`);
      }
    }
  }

  async #allResolve(replica: Replica): Promise<void> {
    for (const [name, { state }] of this.#expected) {
      const [guid = '', hash = ''] = name.split('/');
      if (state === 'live') await this.#pull({ replica, process: this.#stepper.process(1) }, guid, hash);
    }
    this.#check();
  }

  /** A collection that died has left a key half removed: it is busy until the next one. */
  #hasMark(): boolean {
    return [...this.own.objects.values()].some(({ bytes }) => String(bytes).includes('"removed":true'));
  }

  #fail(what: string): void {
    this.failure ??= `${what}\n${this.log.slice(-60).join('\n')}`;
  }
}

/** A conversion that went on after its upload was answered is not in time for ever. */
function isLate(error: unknown): boolean {
  return isFailure(error, 'too-large');
}

type Named = { digest: string };

function hex(digest: string): string {
  return digest.slice('sha256:'.length);
}
