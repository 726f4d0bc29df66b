import { join } from 'node:path';
import type { Owner } from '../../../test/helpers/owner.ts';
import { run } from '../../../test/helpers/run.ts';
import { s3Front, type Passing } from '../../../test/helpers/s3-front.ts';
import { tempDir } from '../../../test/helpers/temp.ts';
import { toolPath } from '../../../test/helpers/tools.ts';
import { startVersitygw } from '../../../test/helpers/versitygw.ts';

export type StoreOptions = {
  /** where replicas keep what they make, and where droplets are: directories, or S3 with a cache before each replica */
  store: 'directory' | 's3';
  /** bytes of each replica's cache before S3; default 1 GiB, 0 for none */
  cacheBytes?: number;
  /** what becomes of each request to S3 on its way; without it, nothing stands before S3 */
  meet?: (passing: Passing) => unknown;
};

/**
 * Brings the stores of a facade's replicas.
 * @param source droplets in Cloud Controller's layout; they are read where they lie, or given by S3
 * @returns what the configuration of one more replica says of stores
 */
export async function openStores(
  owner: Owner,
  source: string,
  options: StoreOptions,
): Promise<() => Promise<Record<string, unknown>>> {
  if (options.store === 'directory') {
    const data = join(await tempDir(owner), 'data');
    return () => Promise.resolve({ data, source });
  }
  const gateway = await startVersitygw(owner);
  const front = options.meet && { endpoint: await s3Front(owner, gateway.port, options.meet) };
  const [own, droplets] = [await gateway.bucket(front), await gateway.bucket(front)];
  await share(source, gateway.folder(droplets.bucket));
  const { cacheBytes = 2 ** 30 } = options;
  return async () => {
    const directory = join(await tempDir(owner), 'cache');
    const cache = cacheBytes === 0 ? {} : { cache: { directory, maxBytes: cacheBytes } };
    return { data: undefined, store: { s3: own }, source: { s3: droplets }, ...cache };
  };
}

/**
 * The gateway's objects are files named by their keys, each with an ETag as an attribute: here one for all, which never change.
 * Links, where both are on one disk, take no room and little time.
 */
async function share(source: string, folder: string): Promise<void> {
  const copy = async (how: string): Promise<boolean> => {
    const args = ['--recursive', how, `${source}/.`, folder];
    return (await run('cp', args, { timeout: minutes, mayFail: how === '--link' })).code === 0;
  };
  if (!(await copy('--link'))) await copy('--force');
  const marking = [toolPath('setfattr'), '--name', 'user.etag', '--value', 'fleet'];
  await run('find', [folder, '-type', 'f', '-exec', ...marking, '{}', '+'], { timeout: minutes });
}

const minutes = 600_000;
