import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { remoteOperator } from '../../src/cli/remote.ts';
import type { Operator } from '../../src/operator/operator.ts';
import type { S3Location } from '../../src/store/s3/location.ts';
import { mkdir } from 'node:fs/promises';
import type { Owner } from '../../test/helpers/owner.ts';
import { startServe, type Served } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyRootfs } from '../../test/helpers/tiny.ts';
import { startVersitygw } from '../../test/helpers/versitygw.ts';
import { pullImage } from '../../test/replicas/image.ts';
import { heapOf, type Heap } from '../heap.ts';
import { adminOf } from '../load/foundation/admin-of.ts';
import { dropletEntries } from '../load/foundation/droplet-entries.ts';

export const stack = 'cflinuxfs4';
export const versions = ['1', '2'] as const;

/** Bytes of the cache, which are fewer than those of all layers. */
export const cacheBytes = 6 * 1024 * 1024;

/** Conversions at once, each in a process. */
export const conversions = 2;

export type Droplet = { name: string; hash: string };

export type World = {
  server: Served;
  heap: Heap;
  operator: Operator;
  /** that stay, with an image over each version */
  apps: readonly Droplet[];
  bucket: S3Location;
  openUploads: () => Promise<number>;
  cache: string;
  /** where the server keeps what is temporary */
  temporary: readonly string[];
};

/** Starts a facade over S3 with a cache that is too small, and puts some apps into it. */
export async function startWorld(owner: Owner): Promise<World> {
  const gateway = await startVersitygw(owner);
  const bucket = await gateway.bucket();
  const home = await tempDir(owner);
  const [cache, temporary] = [join(home, 'cache'), join(home, 'temporary')];
  await mkdir(temporary);
  const heap = await heapOf(owner);
  const server = await startServe(owner, {
    keepLog: 100_000,
    config: {
      data: undefined,
      store: { s3: bucket },
      cache: { directory: cache, maxBytes: cacheBytes },
      layer: { compression: 'zstd' },
      limits: { conversions },
    },
    env: { ...heap.env, TMPDIR: temporary, NODE_COMPILE_CACHE: join(home, 'compiled') },
  });
  for (const version of versions)
    await server.cli('rootfs', 'import', stack, version, await tinyRootfs(owner, version), '--promote');
  const operator = remoteOperator(adminOf(server));
  const apps: Droplet[] = [];
  for (let nth = 0; nth < 12; nth++) apps.push(await putDroplet(operator, `stays-${nth}`, 1_000_000));
  for (const version of versions)
    for (const { name, hash } of apps) await pullImage(server, `${stack}/${name}`, `${hash}-${version}`);
  return {
    server,
    heap,
    operator,
    apps,
    bucket,
    openUploads: () => gateway.openUploads(bucket.bucket),
    cache,
    temporary: [join(temporary, `dropstack-${process.getuid?.()}`), join(cache, '.dropstack-tmp')],
  };
}

/** Puts a droplet of its own of some compressed bytes. Its conversion follows. */
export async function putDroplet({ droplets }: Operator, name: string, size: number): Promise<Droplet> {
  const bytes = gzipSync(await buffer(Readable.from(dropletEntries(name, size))), { level: 1 });
  const hash = createHash('sha1').update(bytes).digest('hex');
  await droplets.put(name, hash, Readable.from([bytes]), { wait: false });
  return { name, hash };
}
