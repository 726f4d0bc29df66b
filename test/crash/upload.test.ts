/** kill -9 of the server in the middle of an upload. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { json, provideRootfs, pull, put, readListed } from './client.ts';
import { moments } from './moments.ts';
import { startServer } from './server.ts';
import { checkStore } from './store-check.ts';

const megabyte = 1024 * 1024;

test('an upload that a kill -9 cuts leaves nothing, and is made good by the next', async (t) => {
  const data = join(await tempDir(t), 'data');
  const { bytes, sha1 } = await tinyDroplet(t, randomBytes(30 * megabyte));
  let server = await startServer(t, data);
  await provideRootfs(t, server.url, await tinyRootfs(t, 'upload'));

  const upload = (guid: string) => put(`${server.url}/droplets/${guid}/${sha1}`, bytes);
  const start = performance.now();
  t.is((await upload('undisturbed')).status, 201);
  const took = performance.now() - start;
  const layers = await pull(t, server.url, `cloudfoundry/undisturbed:${sha1}`);

  for (const { round, ms, about } of moments(0, took)) {
    const guid = `upload-${round}`;
    const cut = upload(guid).then(
      ({ status }) => status,
      () => undefined,
    );
    await delay(ms);
    await server.crash();
    const status = await cut;
    server = await startServer(t, data);

    t.deepEqual((await checkStore(data)).problems, [], about);
    const listed = await json<object[]>(`${server.url}/api/v1/droplets?guid=${guid}`);
    if (status === 201) t.is(listed.length, 1, `${about}: what was answered with 201 is kept`);
    await readListed(t, server.url, guid, about);
    t.is((await upload(guid)).status, 201, about);
    t.deepEqual(await pull(t, server.url, `cloudfoundry/${guid}:${sha1}`, about), layers, about);
  }
  t.deepEqual((await checkStore(data)).problems, []);
});
