/** A store that ignores conditions is found out, and is of use to a single writer. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadConfig } from '../../src/config/load.ts';
import { openFacade } from '../../src/facade.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { openStore } from '../../src/store/open.ts';
import { probeConditions } from '../../src/store/probe.ts';
import type { S3Location } from '../../src/store/s3/location.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { singleWriter } from '../../src/store/single-writer.ts';
import { deafS3 } from '../helpers/deaf-s3.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';
import { storeConformance } from './conformance.ts';

const withS3 = testWith('versitygw', 'setpriv');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<Versitygw> | undefined;
const gateway = (): Promise<Versitygw> => (started ??= startVersitygw(stack));

const deaf = async (t: ExecutionContext, ...headers: string[]): Promise<S3Location> =>
  deafS3(t, await gateway(), ...headers);

withS3('a store that honours conditions passes, and keeps nothing of the probe', async (t) => {
  const store = new S3Store(await (await gateway()).bucket());
  await t.notThrowsAsync(probeConditions(store));
  t.deepEqual(await keysBelow(store, ''), []);
});

for (const [header, message] of [
  ['if-none-match', /replaces an object that must be absent/],
  ['if-match', /replaces an object whose etag is another/],
] as const) {
  withS3(`a store without ${header} is found out, and nothing is left there`, async (t) => {
    const store = new S3Store(await deaf(t, header));
    const error = await t.throwsAsync(probeConditions(store), { message });
    t.like(error, { code: 'invalid' });
    t.deepEqual(await keysBelow(store, ''), []);
  });
}

const open = (store: object) => openFacade(loadConfig({ store }, {}), () => undefined);

withS3('a facade does not begin over such a store, unless it is said to write alone', async (t) => {
  const s3 = await deaf(t, 'if-none-match', 'if-match');
  await t.throwsAsync(open({ s3 }), {
    message: /run one process alone and say so: store\.singleWriter: true/,
  });
  const facade = await open({ s3, singleWriter: true });
  facade.close();
});

storeConformance(test, 'single writer', async () =>
  singleWriter(await DirectoryStore.open(join(await tempDir(stack), 'store'))),
);

withS3('a single writer judges conditions itself', async (t) => {
  const store = await openStore({ s3: await deaf(t, 'if-none-match', 'if-match'), singleWriter: true });
  const winners = async (texts: string[], condition: 'absent' | { etag: string }) => {
    const infos = await Promise.all(texts.map((text) => store.put('one', Buffer.from(text), condition)));
    return infos.filter((info) => info !== undefined);
  };
  const [first, ...more] = await winners(['a', 'b', 'c'], 'absent');
  t.deepEqual(more, []);
  t.is(String(await readObject(store, 'one')), 'a');
  t.is((await winners(['d', 'e', 'f'], { etag: first?.etag ?? '' })).length, 1);
  t.is(String(await readObject(store, 'one')), 'd');
  t.is(await store.put('nothing', Buffer.from('x'), { etag: first?.etag ?? '' }), undefined);
});
