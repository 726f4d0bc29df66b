/** What is small is read whole, and is what was put. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { readWhole } from '../../src/store/read-whole.ts';
import { resumingStore } from '../../src/store/resuming.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { faultProxy, type FaultProxy } from '../helpers/fault-proxy.ts';
import { testWith } from '../helpers/test-with.ts';
import { startVersitygw } from '../helpers/versitygw.ts';

const withS3 = testWith('versitygw', 'setpriv');
const bytes = randomBytes(100_000);

async function open(
  t: ExecutionContext,
): Promise<{ proxy: FaultProxy; store: ReturnType<typeof resumingStore> }> {
  const gateway = await startVersitygw(t);
  const proxy = await faultProxy(t, gateway.port);
  const location = await gateway.bucket({ endpoint: `http://${proxy.host}` });
  return { proxy, store: resumingStore(new S3Store(location)) };
}

withS3('a byte that changes on its way is noticed, and the object is read again', async (t) => {
  const { proxy, store } = await open(t);
  const info = await store.put('record', bytes);
  for (const at of [0, 50_000, 99_999]) {
    proxy.next(1, { kind: 'corrupt', at });
    const found = await readWhole(store, 'record');
    t.true(found?.bytes.equals(bytes));
    t.is(found?.info.etag, info?.etag);
  }
  t.is(proxy.counters.corrupt, 3);
});

withS3('bytes that are others each time are damaged', async (t) => {
  const { proxy, store } = await open(t);
  await store.put('record', bytes);
  proxy.next(Infinity, { kind: 'corrupt', at: 7 });
  await t.throwsAsync(readWhole(store, 'record'), { code: 'corrupt', message: /record is damaged/ });
  proxy.calm();
  t.true((await readWhole(store, 'record'))?.bytes.equals(bytes));
  t.is(await readWhole(store, 'absent'), undefined);
});

withS3('one that breaks on its way heals', async (t) => {
  const { proxy, store } = await open(t);
  await store.put('record', bytes);
  proxy.next(1, { kind: 'truncate', after: 20_000 });
  t.true((await readWhole(store, 'record'))?.bytes.equals(bytes));
});
