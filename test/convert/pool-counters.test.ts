import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Job } from '../../src/convert/job.ts';
import { ConverterPool } from '../../src/convert/pool.ts';
import type { Asker } from '../../src/convert/queue.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { layerSettings } from '../../src/layer/settings.ts';
import { newStoreCounters } from '../../src/store/counters.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { keysBelow } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';

const guid = 'counted-guid';
const asker: Asker = { urgency: 'warm', client: 'somebody' };

/** A pool over a source and a store, how its conversions ended, and what they moved. */
async function open(t: ExecutionContext, size = 1) {
  const [own, source] = [await tempDir(t), await tempDir(t)];
  const droplets = await DirectoryStore.open(source);
  const moved = { own: newStoreCounters(), sources: newStoreCounters() };
  const stores = { own: { directory: own }, source: { directory: source } };
  const pool = new ConverterPool(stores, { size }, moved);
  const ended: string[] = [];
  pool.watch(({ outcome, seconds, waited, rule }) => {
    t.true(seconds > 0);
    t.true(waited >= 0);
    ended.push(rule === undefined ? outcome : `${outcome} by ${rule}`);
  });
  t.teardown(() => pool.close());
  const place = async (bytes: Buffer, name = hash('sha1', bytes)): Promise<Job> => {
    await droplets.put(sourceKey(guid, name), bytes);
    return { guid, hash: name, settings: layerSettings.parse({}), limits: defaultLimits };
  };
  return { own, pool, moved, ended, place };
}

test('what children move is counted, whether they convert, refuse or fail', async (t) => {
  const { own, pool, moved, ended, place } = await open(t);
  const { bytes } = await tinyDroplet(t, randomBytes(300_000));
  await pool.run(await place(bytes), [asker]);
  t.is(moved.sources.bytesRead, bytes.length);
  const keys = await keysBelow(await DirectoryStore.open(own), 'v1/');
  const sizes = await Promise.all(keys.map(async (key) => (await stat(join(own, key))).size));
  t.is(
    moved.own.bytesWritten,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  t.is(moved.own.requests.put, keys.length);

  const refused = Buffer.from('no droplet');
  await t.throwsAsync(pool.run(await place(refused), [asker]), { code: 'refused' });
  t.is(moved.sources.bytesRead, bytes.length + 2 * refused.length, 'once more, to see whose fault it is');

  const others = (await tinyDroplet(t, 'other')).bytes;
  await t.throwsAsync(pool.run(await place(others, '0'.repeat(40)), [asker]), { code: 'corrupt' });
  t.is(moved.sources.bytesRead, bytes.length + 2 * refused.length + others.length);
  t.deepEqual(ended, ['converted', 'refused by gzip', 'failed']);
  t.deepEqual(moved.own.failures, newStoreCounters().failures);
});

test('what another process was first to convert is found', async (t) => {
  const { pool, ended, place } = await open(t, 2);
  const job = await place((await tinyDroplet(t, 'twice')).bytes);
  await Promise.all([pool.run(job, [asker]), pool.run(job, [asker])]);
  t.deepEqual(ended.toSorted(), ['converted', 'found']);
});

test('those who wait are known by their urgency', async (t) => {
  const { pool, place } = await open(t);
  const jobs = await Promise.all(
    ['1', '2', '3', '4'].map(async (x) => place((await tinyDroplet(t, x)).bytes)),
  );
  const askers = ['warm', 'pull', 'warm', 'upload'] as const;
  const work = jobs.map((job, i) => pool.run(job, [{ urgency: askers[i] ?? 'pull', client: 'somebody' }]));
  t.deepEqual(pool.waiting, { pull: 1, upload: 1, warm: 1 });
  await Promise.all(work);
  t.deepEqual(pool.waiting, { pull: 0, upload: 0, warm: 0 });
});
