/** The whole program over Cloud Foundry's blobstore: droplets that were never put through us. */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { basic } from '../helpers/basic.ts';
import { nodeDroplet, smallDroplet } from '../helpers/droplets.ts';
import { faultProxy } from '../helpers/fault-proxy.ts';
import { startNginxDav } from '../helpers/nginx-dav.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const withNginx = testWith('nginx', 'setpriv', 'tar');

withNginx(
  'droplets of a WebDAV source are listed and converted, though the server breaks in the middle',
  async (t) => {
    const nginx = await startNginxDav(t);
    const { path, location } = await nginx.directory();
    const [large, small] = [await nodeDroplet(), await smallDroplet(await tempDir(t), { 'app/x': 'x' })];
    const guid = 'some-guid';
    for (const droplet of [large, small]) {
      const file = join(path, sourceKey(guid, droplet.sha1));
      await mkdir(dirname(file), { recursive: true });
      await copyFile(droplet.path, file);
    }
    const proxy = await faultProxy(t, nginx.port);
    const url = location.url.replace(/127\.0\.0\.1:\d+/, proxy.host);
    const { puller, cli, ask } = await startServe(t, {
      config: { source: { webdav: { ...location, url } } },
    });
    await cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await tinyRootfs(t, 'one\n'), '--promote');
    const get = (of: string): Promise<Response> =>
      fetch(`http://${puller.host}/v2/cloudfoundry/${of}`, {
        headers: { Authorization: basic(puller.user) },
      });

    /** The status once it is converted, which takes long where much else runs. */
    const statusOf = async (hash: string): Promise<number> => {
      for (;;) {
        const { status } = await get(`${guid}/manifests/${hash}`);
        if (status !== 429) return status;
        await delay(200);
      }
    };

    const tags = (await (await get(`${guid}/tags/list`)).json()) as { tags: string[] };
    t.deepEqual(tags.tags, [large.sha1, small.sha1].toSorted());
    const listed = await ask<{ hash: string; size: number }[]>('droplet', 'list');
    t.deepEqual(
      Object.fromEntries(listed.map(({ hash, size }) => [hash, size])),
      Object.fromEntries([large, small].map(({ sha1, size }) => [sha1, size])),
    );
    t.is(await statusOf('0'.repeat(40)), 404);
    t.is((await get('another-guid/tags/list')).status, 404);

    proxy.next(1, { kind: 'truncate', after: Math.floor(large.size / 2) }, { method: 'GET' });
    // The droplet's SHA-1 is checked while it is converted.
    t.is(await statusOf(large.sha1), 200);
    t.is(proxy.counters.truncate, 1);
    t.true(proxy.log.some((line) => line.endsWith(`bytes=${Math.floor(large.size / 2)}-${large.size - 1}`)));

    await proxy.leave();
    t.is(await statusOf(small.sha1), 503);
    t.is(await statusOf(large.sha1), 200, 'what is converted needs no source');
    await proxy.comeBack();
    t.is(await statusOf(small.sha1), 200);
  },
);
