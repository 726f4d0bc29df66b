/** What the store gives wrongly is never sent as if it were right. */
import { randomBytes } from 'node:crypto';
import { open, truncate } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { openFacade } from '../../src/facade.ts';
import { loadConfig } from '../../src/config/load.ts';
import { serve } from '../../src/http/serve.ts';
import { createLog } from '../../src/log.ts';
import type { Manifest } from '../../src/oci/image.ts';
import type { ReadableStore } from '../../src/store/store.ts';
import { atEnd } from '../helpers/owner.ts';
import { keysBelow } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask } from './request.ts';

const guid = 'of-a-damaged-store';

type Layer = { url: string; digest: string; size: number; path: string; lines: string[] };

/** A layer of so many bytes, and little more, that is served, and its file. */
async function servedLayer(t: ExecutionContext, bytes: number): Promise<Layer> {
  const { url, operator, facade, data, lines } = await startFacade(t);
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1');
  const before = await keysBelow(facade.own, 'v1/objects/');
  const droplet = await tinyDroplet(t, randomBytes(bytes));
  await putDroplet(operator, guid, droplet);
  const object = (await keysBelow(facade.own, 'v1/objects/')).find((key) => !before.includes(key)) ?? '';
  const { body } = await ask(`${url}/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`);
  const layer = (JSON.parse(body.toString()) as Manifest).layers.at(-1);
  if (layer === undefined) throw new Error('no layer');
  const { digest, size } = layer;
  return {
    url: `${url}/v2/cloudfoundry/${guid}/blobs/${digest}`,
    digest,
    size,
    path: join(data, object),
    lines,
  };
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([byte.readUInt8(0) ^ 1]), 0, 1, at);
  await file.close();
}

test('a layer with one wrong bit is cut off, and right again when it is right again', async (t) => {
  const { url, digest, size, path, lines } = await servedLayer(t, 600_000);
  await flip(path, size >> 1);
  for (let i = 0; i < 2; i++)
    await t.throwsAsync(ask(url), undefined, 'the connection breaks before the end');
  t.true(lines.some((line) => line.includes('a stored layer is damaged')));
  await flip(path, size >> 1);
  const { status, body } = await ask(url);
  t.is(status, 200);
  t.is(`sha256:${hash('sha256', body)}`, digest);
});

test('a little layer with one wrong bit is an error before its head is sent, and right when it is right', async (t) => {
  const { url, digest, size, path, lines } = await servedLayer(t, 60_000);
  await flip(path, size >> 1);
  for (let i = 0; i < 2; i++) {
    const { status, body } = await ask(url);
    t.is(status, 500);
    t.regex(body.toString(), /is damaged: its bytes have the digest/);
  }
  t.true(lines.some((line) => line.includes('a stored layer is damaged')));
  await flip(path, size >> 1);
  for (let i = 0; i < 2; i++) {
    const { status, body } = await ask(url);
    t.is(status, 200);
    t.is(`sha256:${hash('sha256', body)}`, digest);
  }
  const told = lines.map((line) => JSON.parse(line) as { status?: number; cache?: string });
  t.deepEqual(
    told.filter(({ status }) => status === 500).map(({ cache }) => cache),
    [undefined, undefined],
    'an answer that failed came from nowhere',
  );
});

test('a layer that is too short is an error before its head is sent', async (t) => {
  const { url, size, path } = await servedLayer(t, 60_000);
  await truncate(path, size - 1);
  const { status, body } = await ask(url);
  t.is(status, 500);
  t.regex(body.toString(), /damaged: it has \d+ bytes/);
});

for (const asked of ['', 'bytes=0-', 'bytes=0-1,5-6']) {
  test(`9: a client of "${asked}" that leaves lets go of a store that says nothing, within a second`, async (t) => {
    const config = loadConfig({ listen: '127.0.0.1:0', data: join(await tempDir(t), 'data') }, {});
    const facade = await openFacade(config, () => undefined);
    const operator = facade.operatorFor('test');
    await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
    await operator.rootfs.promote(stack, '1');
    const wanted = Promise.withResolvers<void>();
    const body = new Readable({ read: () => wanted.resolve() });
    const silent: ReadableStore = {
      stat: (key) => facade.own.stat(key),
      list: (prefix) => facade.own.list(prefix),
      folders: (prefix) => facade.own.folders(prefix),
      open: async (key, range) => {
        const found = await facade.own.open(key, range);
        found?.body.destroy();
        return found && { info: found.info, body };
      },
    };
    const serving = await serve(config, { ...facade, layers: silent }, createLog('silent'));
    atEnd(t, () => serving.stop({ delayMs: 0, graceMs: 100 }));
    const [layer] = (await operator.rootfs.version(stack, '1')).layers;
    const request = get(`${serving.url}/v2/${stack}/rootfs/blobs/${layer?.digest}`, {
      headers: { range: asked },
    });
    request.on('error', () => {});
    await wanted.promise;
    const gone = new Promise((resolve) => body.on('error', () => {}).once('close', resolve));
    const left = performance.now();
    request.destroy();
    await gone;
    t.true(performance.now() - left < 1000);
  });
}
