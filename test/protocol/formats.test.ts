/** Replicas of several versions on one store: they agree on what a tag means, and what was served stays. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { assembleDroplet, assembleRootfs } from '../../src/image/assemble.ts';
import { imageFormats } from '../../src/image/formats.ts';
import { chooseSettings, readSettings, settingsKey } from '../../src/image/settings.ts';
import { canonicalJson } from '../../src/oci/canonical-json.ts';
import { sha256 } from '../../src/oci/digest.ts';
import type { Manifest } from '../../src/oci/image.ts';
import type { Store } from '../../src/store/store.ts';
import { readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask } from './request.ts';

const guid = 'of-a-mixed-fleet';

/** What a later version might make: one more annotation. */
const laterDroplet: typeof assembleDroplet = (...parts) => {
  const image = assembleDroplet(...parts);
  const { annotations, ...rest } = JSON.parse(image.manifest.bytes.toString()) as Manifest;
  const bytes = canonicalJson({ ...rest, annotations: { ...annotations, later: 'yes' } });
  return { ...image, manifest: { ...image.manifest, bytes, digest: sha256(bytes) } };
};
const laterFormats = new Map([...imageFormats, [2, { droplet: laterDroplet, rootfs: assembleRootfs }]]);

/** A replica of this version, one of a later version, and a tag that both know. */
async function mixedFleet(
  t: ExecutionContext,
): Promise<{ old: string; later: string; tag: string; store: Store }> {
  const data = join(await tempDir(t), 'data');
  const { url: old, operator, facade } = await startFacade(t, { data });
  const { url: later } = await startFacade(t, { data }, laterFormats);
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1');
  const droplet = await tinyDroplet(t, 'hello');
  await putDroplet(operator, guid, droplet);
  return { old, later, tag: droplet.sha1, store: facade.own };
}

async function manifest(
  url: string,
  reference: string,
): Promise<{ status: number; digest: string; text: string }> {
  const { status, headers, body } = await ask(`${url}/v2/cloudfoundry/${guid}/manifests/${reference}`);
  return { status, digest: String(headers['docker-content-digest']), text: body.toString() };
}

/** Longer than a replica believes what it read. */
const untilSeen = 1000;

test('a mixed fleet gives a tag one meaning; a later format is served once it is chosen, by those who know it', async (t) => {
  const { old, later, tag, store } = await mixedFleet(t);
  const first = await manifest(old, tag);
  t.is(first.status, 200);
  t.is((await manifest(later, tag)).digest, first.digest);

  await chooseSettings(store, { imageFormat: 2 });
  await delay(untilSeen);
  const second = await manifest(later, tag);
  t.is(second.status, 200);
  t.not(second.digest, first.digest);
  const refused = await manifest(old, tag);
  t.is(refused.status, 503);
  t.regex(refused.text, /upgrade this replica/);
  t.is((await ask(`${old}/readyz`)).status, 503, 'so that it is asked no more');
  t.is((await ask(`${later}/readyz`)).status, 200);
  for (const replica of [old, later]) {
    for (const { digest, text } of [first, second]) {
      const served = await manifest(replica, digest);
      t.deepEqual([served.status, served.text], [200, text]);
    }
  }

  await chooseSettings(store, { imageFormat: 1 });
  await delay(untilSeen);
  t.is((await manifest(old, tag)).digest, first.digest, 'there is a way back');
  t.is((await manifest(later, tag)).digest, first.digest);
});

test('who does not know the format of layers converts nothing in another', async (t) => {
  const { old, tag, store } = await mixedFleet(t);
  const { digest } = await manifest(old, tag);
  const settings = JSON.parse(String(await readObject(store, settingsKey))) as { format: number };
  await store.put(settingsKey, canonicalJson({ ...settings, format: 2 }));
  await delay(untilSeen);
  const refused = await manifest(old, tag);
  t.is(refused.status, 503);
  t.regex(refused.text, /layers in format 2.*upgrade this replica/);
  t.is((await manifest(old, digest)).status, 200);
});

test('formats stay as they are until they are chosen, whatever else is', async (t) => {
  const { store } = await mixedFleet(t);
  await chooseSettings(store, { imageFormat: 2 });
  await chooseSettings(store, {});
  await chooseSettings(store, { layer: { compression: 'gzip', owner: 'vcap', special: 'strip' } });
  const chosen = await readSettings(store);
  t.is(chosen.imageFormat, 2);
  t.deepEqual(chosen.layer, { format: 1, compression: 'gzip', owner: 'vcap', special: 'strip' });
});

test('a store of a time before there were formats has the first ones', async (t) => {
  const { store } = await mixedFleet(t);
  await store.put(settingsKey, canonicalJson({ compression: 'none', owner: 'vcap', special: 'strip' }));
  await chooseSettings(store, {});
  t.deepEqual(await readSettings(store), {
    layer: { format: 1, compression: 'none', owner: 'vcap', special: 'strip' },
    imageFormat: 1,
  });
});
