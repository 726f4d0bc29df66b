import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { faultProxy, type FaultProxy } from '../helpers/fault-proxy.ts';
import type { Owner } from '../helpers/owner.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { startVersitygw } from '../helpers/versitygw.ts';
import { oddClock, type OddClock } from './clock.ts';
import { startReplica, type Replica } from './replica.ts';

const stack = 'cflinuxfs4';
const own = 'own/';
const megabyte = 1024 * 1024;
/** of a cache, and of the disk of one of them: less than all layers together */
const cacheBytes = 48 * megabyte;

export type World = {
  proxy: FaultProxy;
  clock: OddClock;
  /** `steady` lives through it all; the others are killed, and have the names of what else befalls them. */
  replicas: Record<'steady' | 'small-disk' | 'odd-clock', Replica>;
  /** `<repository>:<tag>`, small to large and over again; the second half are droplets that were never converted. */
  images: string[];
  /** Leaves the cache of `small-disk` no room, or all that it had. */
  fillDisk: (full: boolean) => Promise<void>;
  /** The folders of the caches. */
  caches: string[];
  /** The own store as a directory. */
  store: string;
  /** Uploads in parts that nobody ended. */
  openUploads: () => Promise<number>;
};

/** Starts a store in S3, with droplets and a rootfs, and three replicas behind a proxy that has no faults yet. */
export async function startWorld(owner: Owner, seed: number): Promise<World> {
  const gateway = await startVersitygw(owner);
  const bucket = await gateway.bucket();
  const proxy = await faultProxy(owner, gateway.port, seed);
  const endpoint = `http://${proxy.host}`;
  const clock = await oddClock(owner);
  const [disk, ...folders] = [
    await smallDisk(owner, cacheBytes / megabyte),
    await tempDir(owner),
    await tempDir(owner),
  ];
  const caches = [disk, ...folders].map((folder) => join(folder, 'cache'));
  const [small = '', steady = '', odd = ''] = caches;
  const start = (directory: string, maxBytes: number, env: NodeJS.ProcessEnv = {}): Promise<Replica> =>
    startReplica(
      owner,
      {
        store: { s3: { ...bucket, endpoint, prefix: own } },
        source: { s3: { ...bucket, endpoint, prefix: 'source/' } },
        cache: { directory, maxBytes },
      },
      env,
    );
  const replicas = {
    steady: await start(steady, cacheBytes),
    'small-disk': await start(small, 100 * cacheBytes),
    'odd-clock': await start(odd, cacheBytes, clock.env),
  };
  const source = new S3Store({ ...bucket, prefix: 'source/' });
  const images: string[] = [];
  for (const [nth, size] of [...sizes, ...sizes].entries()) {
    const { bytes, sha1 } = await tinyDroplet(owner, contents(size));
    const guid = `faulty-${String(nth).padStart(2, '0')}`;
    await source.put(sourceKey(guid, sha1), bytes);
    images.push(`cloudfoundry/${guid}:${sha1}`);
  }
  const cli = replicas.steady.server()?.cli;
  await cli?.(
    'rootfs',
    'import',
    stack,
    '1.0',
    await tinyRootfs(owner, randomBytes(megabyte).toString('hex')),
    '--promote',
  );
  const ballast = join(disk, 'ballast');
  return {
    proxy,
    clock,
    replicas,
    images,
    fillDisk: (full) => writeFile(ballast, Buffer.alloc(full ? cacheBytes : 0)).catch(unlessFull),
    caches,
    store: join(gateway.folder(bucket.bucket), own),
    openUploads: () => gateway.openUploads(bucket.bucket),
  };
}

/** Of twenty droplets' contents, from 100 KB to 20 MB. */
const sizes = Array.from({ length: 20 }, (_, nth) => Math.round(100_000 * 200 ** (nth / 19)));

/** Half of it cannot be compressed. */
function contents(size: number): Buffer {
  return Buffer.concat([
    randomBytes(Math.ceil(size / 2)),
    Buffer.alloc(Math.floor(size / 2), 'the same again '),
  ]);
}

function unlessFull(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOSPC') throw error;
}
