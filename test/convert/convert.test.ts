import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { convertDroplet, type Stores } from '../../src/convert/convert.ts';
import type { Job } from '../../src/convert/job.ts';
import { needsKey, needsRecord } from '../../src/droplet/needs.ts';
import { layerPointerKey } from '../../src/droplet/record.ts';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { layerSettings } from '../../src/layer/settings.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { readRecord } from '../../src/store/records.ts';
import { prefixedReader } from '../../src/store/prefixed.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';

const guid = 'some-guid';

async function newStores(t: ExecutionContext): Promise<Stores & { own: DirectoryStore }> {
  const own = await DirectoryStore.open(await tempDir(t));
  return { own, sources: prefixedReader(own, uploadsPrefix) };
}

async function place(own: DirectoryStore, bytes: Buffer, name = hash('sha1', bytes)): Promise<Job> {
  await own.put(uploadsPrefix + sourceKey(guid, name), bytes);
  return { guid, hash: name, settings: layerSettings.parse({}), limits: defaultLimits };
}

test('a droplet becomes a layer whose hashes, sizes and start command are in its record', async (t) => {
  const { own, sources } = await newStores(t);
  const droplet = await tinyDroplet(t, 'hello');
  const { record, found } = await convertDroplet({ own, sources }, await place(own, droplet.bytes));
  t.false(found);
  const layer = await readObject(own, record.object);
  t.is(String(record.digest), `sha256:${hash('sha256', layer)}`);
  t.is(record.size, layer.length);
  const tar = zstdDecompressSync(layer);
  t.is(String(record.diffId), `sha256:${hash('sha256', tar)}`);
  t.is(record.diffSize, tar.length);
  t.is(record.sourceSha256, droplet.sha256);
  t.is(record.sourceSize, droplet.bytes.length);
  t.is(record.startCommand, 'cat hello.txt');
  t.is(record.time, 1_700_000_000);
  t.true(tar.includes('home/vcap/app/hello.txt'));
  t.deepEqual(
    await keysBelow(own, 'v1/droplets/'),
    [
      `v1/droplets/${guid}/${droplet.sha1}/f1-zstd.json`,
      layerPointerKey(guid, record.digest.slice(7)),
    ].toSorted(),
    'one record, one pointer',
  );
  const needs = await readRecord(own, needsKey(guid, droplet.sha1), needsRecord);
  t.like(needs, { sizeClass: 'small', elfFiles: 0, groups: [], unknown: [] });
});

test('each compression gives the same diffID', async (t) => {
  const { own, sources } = await newStores(t);
  const job = await place(own, (await tinyDroplet(t, 'hello')).bytes);
  const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync, none: (bytes: Buffer) => bytes };
  const diffIds = new Set<string>();
  for (const compression of ['gzip', 'zstd', 'none'] as const) {
    const settings = layerSettings.parse({ compression });
    const { record } = await convertDroplet({ own, sources }, { ...job, settings });
    const layer = await readObject(own, record.object);
    t.is(`sha256:${hash('sha256', unpack[compression](layer))}`, record.diffId, compression);
    t.true(record.mediaType.endsWith(compression === 'none' ? '.tar' : `+${compression}`));
    diffIds.add(record.diffId);
  }
  t.is(diffIds.size, 1);
});

test('of several conversions at once one record stays, and one object', async (t) => {
  const { own, sources } = await newStores(t);
  const job = await place(own, (await tinyDroplet(t, 'hello')).bytes);
  const all = await Promise.all(Array.from({ length: 6 }, () => convertDroplet({ own, sources }, job)));
  t.is(new Set(all.map(({ record }) => record.object)).size, 1);
  t.deepEqual(await keysBelow(own, 'v1/objects/'), [all[0]?.record.object ?? '']);
  t.is(all.filter(({ found }) => !found).length, 1, 'the others found it');
});

test('a droplet whose bytes are not what its name says is not converted', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes } = await tinyDroplet(t, 'hello');
  const job = await place(own, bytes, '0'.repeat(40));
  await t.throwsAsync(convertDroplet({ own, sources }, job), {
    code: 'corrupt',
    message: /put the droplet again/,
  });
  t.deepEqual(await keysBelow(own, 'v1/'), []);
});

test('a damaged source is not taken for a bad droplet', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes, sha1 } = await tinyDroplet(t, 'hello');
  const damaged = Buffer.from(bytes);
  damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 0xff;
  for (const body of [damaged, bytes.subarray(0, -9)]) {
    const job = await place(own, body, sha1);
    await t.throwsAsync(convertDroplet({ own, sources }, job), { code: 'corrupt' });
  }
  t.deepEqual(await keysBelow(own, 'v1/'), []);
});

test('bytes that were others on their way once are not taken for a bad droplet', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes } = await tinyDroplet(t, 'hello');
  const job = await place(own, bytes);
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(damaged.length >> 1) ^ 0xff, damaged.length >> 1);
  let opens = 0;
  const once: Stores['sources'] = {
    ...sources,
    async open(key, range) {
      const object = await sources.open(key, range);
      if (opens++ > 0) return object;
      object?.body.destroy();
      return object && { ...object, body: Readable.from([damaged]) };
    },
  };
  await t.throwsAsync(convertDroplet({ own, sources: once }, job), {
    code: 'unavailable',
    message: /try again/,
  });
  t.deepEqual(await keysBelow(own, 'v1/'), []);
  t.is((await convertDroplet({ own, sources: once }, job)).record.sourceSha256, hash('sha256', bytes));
});

test('what is no proper gzip or tar is refused, and nothing is stored', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes } = await tinyDroplet(t, 'hello');
  const tar = gunzipSync(bytes);
  const crc = Buffer.from(bytes);
  crc.writeUInt8(crc.readUInt8(crc.length - 8) ^ 1, crc.length - 8);
  const cases: [string, Buffer, string][] = [
    ['an empty file', Buffer.alloc(0), 'gzip'],
    ['plain text', Buffer.from('no droplet at all'), 'gzip'],
    ['a plain tar', tar, 'gzip'],
    ['a zip', Buffer.from('PK\x03\x04 and so on'), 'gzip'],
    ['a truncated gzip', bytes.subarray(0, bytes.length - 12), 'gzip'],
    ['a wrong CRC', crc, 'gzip'],
    ['garbage after the gzip', Buffer.concat([bytes, Buffer.from('garbage')]), 'gzip'],
    [
      'garbage after zeros after the gzip',
      Buffer.concat([bytes, Buffer.alloc(700), Buffer.from('x')]),
      'gzip',
    ],
    ['a truncated tar', gzipSync(tar.subarray(0, 700)), 'truncated'],
    ['gzip of nothing', gzipSync(Buffer.alloc(0)), 'truncated'],
    ['gzip of text', gzipSync(Buffer.alloc(2048, 'text')), 'number'],
    ['a second archive', gzipSync(Buffer.concat([tar, tar])), 'trailing'],
    ['a second archive in a second member', Buffer.concat([bytes, bytes]), 'trailing'],
  ];
  for (const [what, body, rule] of cases) {
    const job = await place(own, body);
    const error = await t.throwsAsync(
      convertDroplet({ own, sources }, job),
      { instanceOf: DropletRefused },
      what,
    );
    t.is(error?.refusal.rule, rule, what);
  }
  t.deepEqual(await keysBelow(own, 'v1/'), []);
});

test('several gzip members and zero padding are one archive', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes } = await tinyDroplet(t, 'hello');
  const tar = gunzipSync(bytes);
  const { record: whole } = await convertDroplet({ own, sources }, await place(own, bytes));
  const split = [512, 1000, 1024].map((at) =>
    Buffer.concat([gzipSync(tar.subarray(0, at)), gzipSync(tar.subarray(at))]),
  );
  const padded = [
    Buffer.concat([bytes, Buffer.alloc(4096)]),
    gzipSync(Buffer.concat([tar, Buffer.alloc(20_000)])),
  ];
  for (const body of [...split, ...padded]) {
    const { record } = await convertDroplet({ own, sources }, await place(own, body));
    t.is(record.diffId, whole.diffId);
  }
});

test('a bomb is refused while it runs', async (t) => {
  const { own, sources } = await newStores(t);
  const header = gunzipSync((await tinyDroplet(t, 'x')).bytes).subarray(0, 512);
  const file = Buffer.from(header);
  file.write('./bomb\0', 0, 'latin1');
  file.write('04000000000\0', 124, 'latin1');
  file.write('0', 156, 'latin1');
  file.fill(' ', 148, 156);
  file.write(
    `${file
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  const bomb = gzipSync(Buffer.concat([file, Buffer.alloc(200 * 1024 * 1024)]));
  const job = await place(own, bomb);
  const error = await t.throwsAsync(convertDroplet({ own, sources }, job), { instanceOf: DropletRefused });
  t.is(error?.refusal.rule, 'ratio');
  const limited = { ...job, limits: { ...defaultLimits, maxRatio: 1e6, maxBytes: 1024 * 1024 } };
  const second = await t.throwsAsync(convertDroplet({ own, sources }, limited), {
    instanceOf: DropletRefused,
  });
  t.is(second?.refusal.rule, 'total-bytes');
  t.deepEqual(await keysBelow(own, 'v1/'), []);
});

test('a record of another content under the same hash is not replaced', async (t) => {
  const { own, sources } = await newStores(t);
  const { bytes, sha1 } = await tinyDroplet(t, 'hello');
  const job = await place(own, bytes);
  const { record } = await convertDroplet({ own, sources }, job);
  const key = `v1/droplets/${guid}/${sha1}/f1-zstd.json`;
  const forged = createHash('sha256').update('forged').digest('hex');
  await own.put(key, Buffer.from(JSON.stringify({ ...record, sourceSha256: forged })));
  await t.throwsAsync(convertDroplet({ own, sources }, job), { code: 'conflict' });
});
