/** A whole collection over a store in memory. */
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { collect, type CollectOptions } from '../../src/collect/collect.ts';
import type { CollectionReport } from '../../src/collect/report.ts';
import { layerPointerKey, recordKey } from '../../src/droplet/record.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { Failure, isFailure } from '../../src/errors.ts';
import { canonicalJson } from '../../src/oci/canonical-json.ts';
import { digestOfHex } from '../../src/oci/digest.ts';
import { LocalRolls } from '../../src/operator/local-rolls.ts';
import { day, hour } from '../../src/store/lifetime.ts';
import { prefixedReader } from '../../src/store/prefixed.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';
import { importVersion, newReplica, stack, type Replica } from './replica.ts';

const options: CollectOptions = { graceSeconds: 7 * 86_400, dryRun: false, allowLarge: false };

class Bed {
  now = Date.parse('2026-11-21T00:00:00Z');
  readonly clock = (): number => this.now;
  readonly own = new MemoryStore({ clock: this.clock });
  readonly source = new MemoryStore({ clock: this.clock });
  readonly replica: Replica = newReplica(this.own, this.source, this.clock);

  async collect(more: Partial<CollectOptions> = {}): Promise<CollectionReport> {
    const { own, source, clock } = this;
    const uploads = prefixedReader(own, uploadsPrefix);
    return collect({ own, uploads, source, clock }, { ...options, ...more });
  }

  /** As many runs as days pass, one a day. */
  async days(count: number, more: Partial<CollectOptions> = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.now += day;
      await this.collect(more);
    }
  }

  keys(): string[] {
    return [...this.own.objects.keys()].toSorted();
  }

  /** Records as conversions leave them, with a layer each, of droplets in the source. */
  async fakeDroplets(count: number, size = 10): Promise<{ guid: string; hash: string }[]> {
    const made: { guid: string; hash: string }[] = [];
    for (let i = 0; i < count; i++) {
      const guid = `guid-${Math.floor(i / 4)}`;
      const name = hash('sha1', Buffer.from(`droplet ${i}`));
      const hex = hash('sha256', Buffer.from(`layer ${i}`));
      const object = `v1/objects/00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
      const mediaType = 'application/vnd.oci.image.layer.v1.tar+zstd';
      const digest = digestOfHex(hex);
      await this.own.put(object, Buffer.alloc(size));
      await this.own.put(layerPointerKey(guid, hex), canonicalJson({ object, size, mediaType }));
      const sizes = { size, diffSize: size, sourceSize: size, time: 0, entries: 1, rulesVersion: 1 };
      const record = {
        format: 1,
        guid,
        hash: name,
        variant: 'f1-zstd',
        object,
        mediaType,
        digest,
        diffId: digest,
      };
      const rest = { sourceSha256: hex, warnings: [] };
      await this.own.put(recordKey(guid, name, 'f1-zstd'), canonicalJson({ ...record, ...sizes, ...rest }));
      await this.source.put(sourceKey(guid, name), Buffer.from('x'));
      made.push({ guid, hash: name });
    }
    return made;
  }
}

async function pulled(t: ExecutionContext): Promise<{ bed: Bed; guid: string; sha1: string }> {
  const bed = new Bed();
  const { bytes, sha1 } = await tinyDroplet(t, 'collect me');
  await importVersion(bed.own, '1', ['base', 'one'], bed.clock);
  await bed.replica.stacks.promote(stack, '1', 'test');
  await bed.replica.droplets.put('some-guid', sha1, Readable.from([bytes]), { wait: true });
  const repository = { kind: 'droplet', name: `${stack}/some-guid`, stack, guid: 'some-guid' } as const;
  await bed.replica.images.resolve(repository, sha1, { urgency: 'pull', client: 'test' });
  return { bed, guid: 'some-guid', sha1 };
}

test('the papers of rolls stay for ever', async (t) => {
  const bed = new Bed();
  await importVersion(bed.own, '1', ['base'], bed.clock);
  const rolls = new LocalRolls(bed.own);
  for (const name of [stack, 'stack-without-a-record'])
    await rolls.write(name, 'r-1', 'receipt.json', Buffer.from('{}'), { first: true });
  const kept = bed.keys().filter((key) => key.startsWith('v1/rolls/'));
  t.is(kept.length, 2);
  bed.now += 4000 * day;
  await bed.days(3, { allowLarge: true });
  t.deepEqual(
    bed.keys().filter((key) => key.startsWith('v1/rolls/')),
    kept,
  );
});

test('a deleted droplet goes after its grace, names before bytes, and nothing else does', async (t) => {
  const { bed, guid, sha1 } = await pulled(t);
  const live = bed.keys();
  await bed.days(3);
  t.deepEqual(bed.keys(), live, 'nothing goes that lives');
  await bed.replica.droplets.remove(guid, sha1);
  await bed.days(6);
  t.deepEqual(
    bed.keys().filter((key) => key.startsWith('v1/droplets/')),
    live.filter((key) => key.startsWith('v1/droplets/')),
  );
  bed.now += 2 * day;
  const dry = await bed.collect({ dryRun: true });
  const before = bed.keys();
  t.deepEqual(await bed.collect({ dryRun: true }), dry, 'a dry run changes nothing');
  t.deepEqual(bed.keys(), before);
  const { removed } = await bed.collect();
  t.deepEqual(removed, dry.removed, 'and tells what a run does');
  t.deepEqual(
    removed.map(({ kind, why, count }) => [kind, why, count]),
    [
      ['manifest', 'deleted', 1],
      ['config', 'deleted', 1],
      ['record', 'deleted', 1],
      ['needs', 'deleted', 1],
      // Its own layer's and the launcher's, which no other image names.
      ['pointer', 'unnamed', 2],
    ],
  );
  await bed.days(3);
  const gone = live
    .filter((key) => key.startsWith('v1/') && !bed.own.objects.has(key))
    .map((key) => key.split('/')[1] ?? '');
  t.deepEqual(gone.toSorted(), [
    'droplets',
    'droplets',
    'images',
    'images',
    'needs',
    'objects',
    'objects',
    'rootfs-layers',
  ]);
  await bed.days(30);
  t.false(
    bed.keys().some((key) => key.includes(guid)),
    bed.keys().join(' '),
  );
  t.true(bed.own.objects.has(`v1/rootfs/${stack}/1.json`));
});

test('a droplet that was collected is put again: at first it must wait, then everything is new', async (t) => {
  const { bed, guid, sha1 } = await pulled(t);
  const { bytes } = await tinyDroplet(t, 'collect me');
  await bed.replica.droplets.remove(guid, sha1);
  bed.now += 8 * day;
  await bed.collect();
  const put = async (): Promise<unknown> =>
    bed.replica.droplets.put(guid, sha1, Readable.from([bytes]), { wait: true });
  const busy = await t.throwsAsync(put);
  t.true(isFailure(busy, 'busy'), String(busy));
  bed.now += 1.1 * hour;
  await put();
  await bed.days(20);
  const { problems } = await bed.replica.droplets.verify(guid, sha1);
  t.deepEqual(problems, []);
});

test('a collection that is held up leaves the rest of a droplet to the next one', async (t) => {
  const { bed, guid, sha1 } = await pulled(t);
  await bed.replica.droplets.remove(guid, sha1);
  bed.now += 8 * day;
  const { source, clock } = bed;
  const own = bed.own.view(async ({ method, key }) => {
    if (method === 'remove' && key.startsWith('v1/images/')) bed.now += 10 * 60_000;
  });
  await collect({ own, uploads: prefixedReader(own, uploadsPrefix), source, clock }, options);
  const left = (): string[] => bed.keys().filter((key) => key.startsWith(`v1/droplets/${guid}/`));
  t.is(left().length, 2, 'the record, and so its pointer');
  await bed.days(1);
  t.deepEqual(left(), []);
});

test('a droplet that its source lost is served, missed twice, and goes after the grace', async (t) => {
  const bed = new Bed();
  const [first] = await bed.fakeDroplets(20);
  if (first === undefined) throw new Error('no droplets');
  bed.source.objects.delete(sourceKey(first.guid, first.hash));
  const record = recordKey(first.guid, first.hash, 'f1-zstd');
  await bed.days(8);
  t.true(bed.own.objects.has(record));
  await bed.days(2);
  t.false(bed.own.objects.has(record));
  await bed.days(3);
  t.is(bed.keys().filter((key) => key.startsWith('v1/objects/')).length, 19);
});

test('a foundation that loses a few of its droplets each day is not stopped', async (t) => {
  const bed = new Bed();
  const droplets = await bed.fakeDroplets(100);
  const lost = droplets.slice(0, 40);
  for (let i = 0; i < 20; i++) {
    for (const { guid, hash: name } of lost.slice(4 * i, 4 * i + 4))
      bed.source.objects.delete(sourceKey(guid, name));
    await bed.days(1);
  }
  const left = droplets.filter(({ guid, hash: name }) =>
    bed.own.objects.has(recordKey(guid, name, 'f1-zstd')),
  );
  t.deepEqual(left, droplets.slice(40));
});

test('an absence that ends is forgotten', async (t) => {
  const bed = new Bed();
  const [first] = await bed.fakeDroplets(20);
  if (first === undefined) throw new Error('no droplets');
  const key = sourceKey(first.guid, first.hash);
  bed.source.objects.delete(key);
  await bed.days(6);
  await bed.source.put(key, Buffer.from('x'));
  await bed.days(1);
  bed.source.objects.delete(key);
  await bed.days(8);
  t.true(bed.own.objects.has(recordKey(first.guid, first.hash, 'f1-zstd')), 'the days before do not count');
});

test('an outage of the source removes nothing', async (t) => {
  const bed = new Bed();
  const droplets = await bed.fakeDroplets(200);
  const before = bed.keys();
  const kept = new Map(bed.source.objects);
  bed.source.objects.clear();
  const empty = await t.throwsAsync(bed.collect());
  t.regex(String(empty), /the source has no droplet at all, and 200 are missed/);
  for (const { guid, hash: name } of droplets.slice(0, 170)) {
    const key = sourceKey(guid, name);
    const object = kept.get(key);
    if (object !== undefined) bed.source.objects.set(key, object);
  }
  const part = await t.throwsAsync(bed.collect());
  t.true(isFailure(part, 'conflict'));
  t.regex(String(part), /30 of 200 droplets are in no source/);
  t.is((await bed.collect({ dryRun: true })).stop, '30 of 200 droplets are in no source');
  bed.source.list = () => {
    throw new Failure('unavailable', 'the source is away');
  };
  t.true(isFailure(await t.throwsAsync(bed.collect()), 'unavailable'));
  t.deepEqual(bed.keys(), before);
});

test('more than a tenth goes only when that is allowed', async (t) => {
  const bed = new Bed();
  const droplets = await bed.fakeDroplets(100);
  const { replica } = bed;
  for (const { guid, hash: name } of droplets.slice(0, 11)) await replica.droplets.remove(guid, name);
  bed.now += 8 * day;
  const before = bed.keys();
  t.regex(String(await t.throwsAsync(bed.collect())), /11 of 100 droplets would go/);
  t.deepEqual(bed.keys(), before);
  const { removed } = await bed.collect({ allowLarge: true });
  t.is(removed.find(({ kind }) => kind === 'record')?.count, 11);
  t.is(bed.source.objects.size, 100, 'the source is only read');
});

test('a clock that is not that of the store is refused', async (t) => {
  const bed = new Bed();
  const { own, source, clock } = bed;
  const parts = { own, source, uploads: prefixedReader(own, uploadsPrefix), clock: () => clock() + 2 * hour };
  const error = await t.throwsAsync(collect(parts, options));
  t.regex(String(error), /clocks of the store and of this machine are 120 minutes apart/);
  t.deepEqual(bed.keys(), []);
});

test('the time is the one that the store says later, not the one that it answers a put with', async (t) => {
  const bed = new Bed();
  const { source } = bed;
  const clock = (): number => bed.now + 2 * hour;
  const own = bed.own.view(async () => undefined);
  own.put = async (...args) => {
    const info = await bed.own.put(...args);
    return info && { ...info, modified: clock() };
  };
  const parts = { own, source, uploads: prefixedReader(own, uploadsPrefix), clock };
  t.regex(String(await t.throwsAsync(collect(parts, options))), /are 120 minutes apart/);
  own.stat = async (key) => {
    const info = await bed.own.stat(key);
    return info && { ...info, modified: 0 };
  };
  t.regex(String(await t.throwsAsync(collect(parts, options))), /does not say when/);
  t.deepEqual(bed.keys(), []);
});

test('collectors that compare clocks at once do not meet, and what one of them left goes', async (t) => {
  const bed = new Bed();
  const dying = bed.own.view(async ({ method }) => {
    if (method === 'remove') throw new Error('killed');
  });
  const { source, clock } = bed;
  const uploads = prefixedReader(dying, uploadsPrefix);
  for (let i = 0; i < 2; i++) await t.throwsAsync(collect({ own: dying, uploads, source, clock }, options));
  t.is(bed.keys().length, 2);
  await bed.collect();
  t.is(bed.keys().length, 2, 'it may be in use');
  await bed.days(1);
  t.deepEqual(bed.keys(), []);
});

test('a grace below a day is refused', async (t) => {
  const bed = new Bed();
  for (const graceSeconds of [0, 3600, NaN]) {
    t.true(isFailure(await t.throwsAsync(bed.collect({ graceSeconds })), 'invalid'));
  }
});

test('a damaged record stops it before anything goes', async (t) => {
  const bed = new Bed();
  const [first] = await bed.fakeDroplets(5);
  if (first === undefined) throw new Error('no droplets');
  await bed.own.put(recordKey(first.guid, first.hash, 'f1-zstd'), Buffer.from('{"format":'));
  await bed.replica.droplets.remove(first.guid, first.hash);
  bed.now += 8 * day;
  const before = bed.keys();
  t.true(isFailure(await t.throwsAsync(bed.collect()), 'corrupt'));
  t.deepEqual(bed.keys(), before);
});

test('an object without a name goes a day after it was first seen, and a young one never', async (t) => {
  const bed = new Bed();
  await bed.own.put('v1/objects/left-over', Buffer.from('x'));
  await bed.days(1);
  t.true(bed.own.objects.has('v1/objects/left-over'), 'old enough, and seen for the first time');
  await bed.own.put('v1/objects/young', Buffer.from('x'));
  await bed.days(1);
  t.false(bed.own.objects.has('v1/objects/left-over'));
  t.true(bed.own.objects.has('v1/objects/young'));
});

test('what has no time is young', async (t) => {
  const bed = new Bed();
  const { own } = bed;
  await own.put('v1/objects/left-over', Buffer.from('x'));
  await own.put('v1/guids/some-guid.json', canonicalJson({ format: 1, deleted: {}, stack }));
  await own.put('v1/guids/other-guid.json', canonicalJson({ format: 1, deleted: {} }));
  await own.put(layerPointerKey('some-guid', 'ab'), canonicalJson({ object: 'o', size: 1, mediaType: 'm' }));
  await own.put(`v1/rootfs-contents/${stack}/ab.json`, Buffer.from('{}'));
  const before = bed.keys();
  const list = own.list.bind(own);
  for (const modified of [0, NaN]) {
    own.list = async function* (prefix) {
      for await (const info of list(prefix)) yield { ...info, modified };
    };
    await bed.days(2);
    t.deepEqual(bed.keys(), before);
  }
  own.list = list;
  await bed.days(40);
  t.deepEqual(bed.keys(), ['v1/collection.json']);
});

test('a removal that died halfway is ended when it is an hour old', async (t) => {
  const bed = new Bed();
  const pointer = layerPointerKey('some-guid', 'ab');
  await bed.own.put(pointer, canonicalJson({ object: 'o', size: 1, mediaType: 'm' }));
  await bed.own.put('v1/guids/some-guid.json', canonicalJson({ format: 1, deleted: {} }));
  bed.now += day;
  const { source, clock } = bed;
  const own = bed.own.view(async ({ method, key }) => {
    if (method === 'remove' && !key.startsWith('v1/probe')) throw new Error('killed');
  });
  const parts = { own, uploads: prefixedReader(own, uploadsPrefix), source, clock };
  await t.throwsAsync(collect(parts, options), { message: 'killed' });
  await bed.own.put('v1/guids/some-guid.json', bed.own.objects.get(pointer)?.bytes ?? Buffer.alloc(0));
  const both = ['v1/guids/some-guid.json', pointer].toSorted();
  t.deepEqual(bed.keys(), both);
  bed.now += hour / 2;
  await bed.collect();
  t.deepEqual(bed.keys(), both, 'its collector may still be at it');
  bed.now += hour;
  await bed.collect();
  t.deepEqual(bed.keys(), []);
});

test('5,000 droplets are collected in little memory', async (t) => {
  const bed = new Bed();
  const droplets = await bed.fakeDroplets(5000);
  for (const { guid, hash: name } of droplets.slice(0, 100)) await bed.replica.droplets.remove(guid, name);
  bed.now += 8 * day;
  const start = performance.now();
  const before = process.memoryUsage().rss;
  const { removed, seen } = await bed.collect();
  t.log(
    `${Math.round(performance.now() - start)} ms, ${Math.round((process.memoryUsage().rss - before) / 5000)} bytes a droplet`,
  );
  t.deepEqual(seen, { droplets: 5000, objects: 5000 });
  t.is(removed.find(({ kind }) => kind === 'record')?.count, 100);
  t.true(process.memoryUsage().rss - before < 200 * 1024 * 1024);
});
