/**
 * Each pair of an operation and a collection, the one as a whole at every single call of the other: what lives afterwards is
 * whole, also some collections later.
 */
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { collect } from '../../src/collect/collect.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { GuidStates } from '../../src/droplet/states.ts';
import { isFailure } from '../../src/errors.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { contentsKeyOf } from '../../src/rootfs/contents-record.ts';
import { day, hour } from '../../src/store/lifetime.ts';
import { prefixedReader } from '../../src/store/prefixed.ts';
import { rootfsRecord } from '../../src/rootfs/record.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';
import { importVersion, newReplica, stack, type Replica } from './replica.ts';

const guid = 'some-guid';
const asker = { urgency: 'pull', client: 'test' } as const;
type Droplet = { bytes: Buffer; hash: string };
type Objects = MemoryStore['objects'];

/** A store that runs `meanwhile` before its n-th call takes effect. */
class Scene {
  now: number;
  readonly own: MemoryStore;
  readonly source = new MemoryStore();
  readonly #etags: 'unique' | 'bytes';
  #replica: Replica | undefined;
  readonly clock = (): number => this.now;

  constructor(now: number, etags: 'unique' | 'bytes', objects: Objects) {
    this.now = now;
    this.#etags = etags;
    this.own = new MemoryStore({ clock: this.clock, etags: this.#etags }, new Map(objects));
  }

  interrupted(at: number, meanwhile: () => Promise<void>): { store: MemoryStore; calls: () => number } {
    let calls = 0;
    const store = this.own.view(async () => {
      if (calls++ === at) await meanwhile();
    });
    return { store, calls: () => calls };
  }

  /** A new one has large empty caches: that takes longer than all that it is asked here. */
  replica(own = this.own): Replica {
    if (own !== this.own) return newReplica(own, this.source, this.clock);
    return (this.#replica ??= newReplica(own, this.source, this.clock));
  }

  async collect(own = this.own): Promise<void> {
    const parts = {
      own,
      source: this.source,
      uploads: prefixedReader(own, uploadsPrefix),
      clock: this.clock,
    };
    await collect(parts, { graceSeconds: 7 * 86_400, dryRun: false, allowLarge: true });
  }
}

type Operation = {
  what: string;
  lives: Droplet[];
  run(replica: Replica, clock: () => number): Promise<void>;
};

for (const etags of ['unique', 'bytes'] as const) {
  test(`an operation and a collection, call by call, with etags ${etags}`, async (t) => {
    const tar = gunzipSync((await tinyDroplet(t, 'shared')).bytes);
    const [first, second] = [1, 9].map((level): Droplet => {
      const bytes = gzipSync(tar, { level });
      return { bytes, hash: hash('sha1', bytes) };
    });
    if (first === undefined || second === undefined) throw new Error('no droplets');
    const begin = Date.parse('2026-11-21T00:00:00Z');
    const before = new Scene(begin, etags, new Map());
    const old = before.replica();
    for (const version of ['1', '2', '3'])
      await importVersion(before.own, version, ['base', `of ${version}`], before.clock);
    await old.stacks.promote(stack, '1', 'test');
    await put(old, first);
    await pull(old, first);
    await old.droplets.remove(guid, first.hash);
    await old.stacks.retire(stack, '2', 'test');

    const operations: Operation[] = [
      {
        what: 'the other droplet with its layer is put',
        lives: [second],
        run: (replica) => put(replica, second),
      },
      { what: 'it is put again', lives: [first], run: (replica) => put(replica, first) },
      {
        what: 'a version with the layers of another is imported',
        lives: [],
        run: (replica, clock) => importVersion(replica.own, '4', ['base', 'of 2'], clock),
      },
    ];
    let scenes = 0;
    for (const operation of operations) {
      for (const outer of ['operation', 'collection'] as const) {
        for (let at = 0, calls = 1; at < calls; at++, scenes++) {
          const scene = new Scene(begin + 8 * day, etags, before.own.objects);
          const where = `${operation.what}, the ${outer} interrupted at call ${at}`;
          let done = false;
          const operate = async (own?: MemoryStore): Promise<void> => {
            done = await succeeds(operation.run(scene.replica(own), scene.clock));
          };
          const inner = outer === 'operation' ? () => scene.collect() : () => operate();
          const interrupted = scene.interrupted(at, inner);
          if (outer === 'operation') await operate(interrupted.store);
          else await scene.collect(interrupted.store);
          calls = Math.max(calls, interrupted.calls());
          for (let days = 0; days < 4; days++) {
            if (done && days !== 2)
              t.deepEqual(await damage(scene, operation.lives), [], `${where}, after ${days} days`);
            else if (days === 1) await operate();
            scene.now += days === 0 ? 1.1 * hour : 1.1 * day;
            await scene.collect();
          }
          t.true(done, `${where}: in the end it is done`);
        }
      }
    }
    t.log(`${scenes} scenes`);
    t.true(scenes > 100);
  });
}

for (const etags of ['unique', 'bytes'] as const) {
  test(`a stack that was assigned long ago is relied on again while it goes, with etags ${etags}`, async (t) => {
    const droplet = await tinyDroplet(t, 'assigned');
    const begin = Date.parse('2026-11-21T00:00:00Z');
    const before = new Scene(begin, etags, new Map());
    await importVersion(before.own, '1', ['base'], before.clock);
    await before.replica().stacks.promote(stack, '1', 'test');
    await before.replica().droplets.assignStack(guid, stack);
    const operations: Record<string, (scene: Scene) => Promise<void>> = {
      'it is assigned again': async (scene) => void (await scene.replica().droplets.assignStack(guid, stack)),
      'a droplet is put': async (scene) => put(scene.replica(), { ...droplet, hash: droplet.sha1 }),
      'a droplet comes to the source': async ({ source }) =>
        void (await source.put(sourceKey(guid, droplet.sha1), droplet.bytes)),
    };
    const alone = new Scene(begin + 31 * day, etags, before.own.objects);
    const undisturbed = alone.interrupted(Infinity, async () => undefined);
    await alone.collect(undisturbed.store);
    t.is((await new GuidStates(alone.own).get(guid)).stack, undefined, 'undisturbed, it goes');
    for (const [what, operation] of Object.entries(operations)) {
      let kept = 0;
      for (let at = 0; at < undisturbed.calls(); at++) {
        const scene = new Scene(begin + 31 * day, etags, before.own.objects);
        let [wasThere, done] = [false, false];
        const interrupted = scene.interrupted(at, async () => {
          wasThere = (await new GuidStates(scene.own).get(guid)).stack === stack;
          done = await succeeds(operation(scene));
        });
        await scene.collect(interrupted.store);
        if (!wasThere || !done) continue;
        kept++;
        t.is((await new GuidStates(scene.own).get(guid)).stack, stack, `${what} at call ${at}`);
      }
      t.true(kept > 5, what);
    }
  });
}

/** Whether it did what it should; else it said that one must try again. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    (error: unknown) => {
      if (isFailure(error, 'busy')) return false;
      throw error;
    },
  );
}

async function put(replica: Replica, { bytes, hash: name }: Droplet): Promise<void> {
  await replica.droplets.put(guid, name, Readable.from([bytes]), { wait: true });
}

async function pull(replica: Replica, { hash: name }: Droplet): Promise<void> {
  await replica.images.resolve(parseRepository(`${stack}/${guid}`), name, asker);
}

/** What is wrong with the droplets and versions that must be whole. */
async function damage(scene: Scene, lives: readonly Droplet[]): Promise<string[]> {
  const problems: string[] = [];
  const replica = scene.replica();
  for (const droplet of lives) {
    await pull(replica, droplet);
    problems.push(...(await replica.droplets.verify(guid, droplet.hash)).problems);
  }
  for (const [key, { bytes }] of scene.own.objects) {
    if (!/^v1\/(?:droplets|rootfs|rootfs-layers)\//.test(key)) continue;
    const record = JSON.parse(String(bytes)) as Named & { guid?: string; stack?: string; layers?: Named[] };
    for (const { object, digest } of [record, ...(record.layers ?? [])]) {
      if (object !== undefined && !scene.own.objects.has(object)) problems.push(`${key} names ${object}`);
      if (digest === undefined) continue;
      const hex = digest.slice('sha256:'.length);
      const folder =
        record.guid === undefined ? `v1/rootfs-layers/${record.stack}` : `v1/droplets/${guid}/layers`;
      if (!scene.own.objects.has(`${folder}/${hex}`)) problems.push(`${key} has no pointer ${hex}`);
    }
    if (record.layers === undefined) continue;
    const layers = rootfsRecord.parse(record).layers;
    const contents = contentsKeyOf(stack, layers);
    if (!scene.own.objects.has(contents)) problems.push(`${key} has no contents`);
  }
  return problems;
}

type Named = { object?: string; digest?: string };
