import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { Conversions } from '../../src/convert/conversions.ts';
import { ConverterPool, type PoolOptions } from '../../src/convert/pool.ts';
import type { Asker } from '../../src/convert/queue.ts';
import { refusalKey } from '../../src/droplet/record.ts';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { layerSettings } from '../../src/layer/settings.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { prefixedReader } from '../../src/store/prefixed.ts';
import { keysBelow } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet } from '../helpers/tiny.ts';

const guid = 'pool-guid';
const settings = layerSettings.parse({});
const asker: Asker = { urgency: 'pull', client: 'somebody' };

async function open(t: ExecutionContext, options: Partial<PoolOptions> = {}) {
  const directory = await tempDir(t);
  const own = await DirectoryStore.open(directory);
  const sources = prefixedReader(own, uploadsPrefix);
  const pool = new ConverterPool({ own: { directory } }, { size: 2, ...options });
  t.teardown(() => {
    pool.close();
  });
  const conversions = new Conversions(own, sources, pool, defaultLimits);
  const place = async (bytes: Buffer): Promise<string> => {
    await own.put(uploadsPrefix + sourceKey(guid, hash('sha1', bytes)), bytes);
    return hash('sha1', bytes);
  };
  return { own, pool, conversions, place };
}

test('many who ask at once cause one conversion, and all get its record', async (t) => {
  const { own, conversions, place } = await open(t);
  const name = await place((await tinyDroplet(t, 'crowd')).bytes);
  const records = await Promise.all(
    Array.from({ length: 50 }, () => conversions.ensure(guid, name, settings, asker)),
  );
  t.is(new Set(records).size, 1);
  t.is((await keysBelow(own, 'v1/objects/')).length, 1);
  t.is(conversions.running, 0);
});

test('a refusal comes back from the child whole, is remembered, and is forgiven', async (t) => {
  const { own, conversions, place } = await open(t);
  const name = await place(Buffer.from('no droplet'));
  const error = await t.throwsAsync(conversions.ensure(guid, name, settings, asker), {
    instanceOf: DropletRefused,
  });
  t.is(error?.refusal.rule, 'gzip');
  t.deepEqual(await keysBelow(own, 'v1/'), [refusalKey(guid, name)]);
  const again = await t.throwsAsync(conversions.ensure(guid, name, settings, asker), {
    instanceOf: DropletRefused,
  });
  t.deepEqual(again?.refusal, error?.refusal);
  t.is((await conversions.refusal(guid, name, settings))?.rule, 'gzip');
  t.is(
    await conversions.refusal(guid, name, { ...settings, owner: 'preserve' }),
    undefined,
    'other conditions',
  );
  await conversions.forgive(guid, name);
  t.is(await conversions.refusal(guid, name, settings), undefined);
});

test('a droplet that no source has is not there', async (t) => {
  const { conversions } = await open(t);
  await t.throwsAsync(conversions.ensure(guid, '0'.repeat(40), settings, asker), { code: 'not-found' });
});

test('a child that takes too long is killed, and the next droplet is converted', async (t) => {
  const { conversions, place } = await open(t, { timeoutMs: 1, size: 1 });
  const name = await place((await tinyDroplet(t, 'slow')).bytes);
  await t.throwsAsync(conversions.ensure(guid, name, settings, asker), {
    code: 'too-large',
    message: /raise the bound/,
  });
});

test('a child that takes too much memory ends', async (t) => {
  const { own, conversions, place } = await open(t, { maxMemory: 1_000_000, size: 1 });
  const name = await place((await tinyDroplet(t, randomBytes(40_000_000))).bytes);
  await t.throwsAsync(conversions.ensure(guid, name, settings, asker), {
    code: 'too-large',
    message: /bytes of memory/,
  });
  t.deepEqual(await keysBelow(own, 'v1/droplets/'), [], 'no record, whenever it was killed');
});

test('more than may wait are held for room, and told to come back', async (t) => {
  const { conversions, place } = await open(t, {
    size: 1,
    waiting: { total: 1, perClient: 1 },
    roomMs: 1,
  });
  const names: string[] = [];
  for (const content of ['1', '2', '3', '4']) names.push(await place((await tinyDroplet(t, content)).bytes));
  const results = await Promise.allSettled(
    names.map((name) => conversions.ensure(guid, name, settings, asker)),
  );
  const failed = results.filter((result) => result.status === 'rejected');
  t.true(failed.length > 0);
  for (const { reason } of failed) t.like(reason, { code: 'busy', retryAfter: 30 });
  t.true(failed.length < names.length, 'those that had a place are done');
});

test('a pull overtakes what is warmed, and raises it', async (t) => {
  const { conversions, place } = await open(t, { size: 1 });
  const names: string[] = [];
  for (let i = 0; i < 6; i++) names.push(await place((await tinyDroplet(t, `overtaken ${i}`)).bytes));
  const order: number[] = [];
  const ask = async (at: number, who: Asker): Promise<void> => {
    await conversions.ensure(guid, names[at] ?? '', settings, who);
    order.push(at);
  };
  const warm: Asker = { urgency: 'warm', client: 'operator' };
  // All but the first wait before any is through: a child takes longer to start than the look-ups.
  const warming = [0, 1, 2, 3, 4].map((at) => ask(at, warm));
  await Promise.all([...warming, ask(5, asker), ask(4, asker)]);
  const overtaken = order
    .slice(0, Math.max(order.lastIndexOf(4), order.lastIndexOf(5)))
    .filter((at) => at < 4);
  t.true(overtaken.length <= 2, `${String(order)}: more than what had begun`);
});

test('a pool that is closed leaves nothing half-done behind', async (t) => {
  const { own, pool, conversions, place } = await open(t, { size: 1 });
  const name = await place((await tinyDroplet(t, 'closed')).bytes);
  const work = conversions.ensure(guid, name, settings, asker);
  pool.close();
  await t.throwsAsync(work, { code: 'unavailable' });
  t.deepEqual(await keysBelow(own, 'v1/'), []);
});
