import type { Config } from '../../config/config.ts';
import { ownPlace } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import type { Path } from '../../config/where.ts';
import type { S3Location } from '../../store/s3/location.ts';
import { readCredential } from '../../store/s3/credentials.ts';
import { readSecret } from '../../store/secret-file.ts';
import type { WebdavLocation } from '../../store/webdav/location.ts';
import { requireAuthorities } from './require-authorities.ts';
import { requireHidden } from './require-hidden.ts';
import { requireReadable, requireWritable } from './require-directory.ts';
import { attempt } from './trial.ts';

/** Directories, and the files that stores elsewhere need. */
export async function tryPlaces(config: Config): Promise<Finding[]> {
  const { data, store, source, cache } = config;
  const own = ownPlace(config);
  const tried: Promise<Finding[]>[] = [];
  if (data !== undefined) tried.push(requireWritable(['data'], data));
  if (store !== undefined && 'directory' in store)
    tried.push(requireWritable(['store', 'directory'], store.directory));
  if (store !== undefined && 's3' in store) tried.push(tryS3(['store', 's3'], store.s3));
  if (source !== undefined && 'directory' in source)
    tried.push(requireReadable(['source', 'directory'], source.directory));
  if (source !== undefined && 's3' in source) tried.push(tryS3(['source', 's3'], source.s3));
  if (source !== undefined && 'webdav' in source) tried.push(tryWebdav(['source', 'webdav'], source.webdav));
  if (cache !== undefined) tried.push(requireWritable(['cache', 'directory'], cache.directory));
  const found = (await Promise.all(tried)).flat();
  const isNeedless = cache !== undefined && own !== undefined && 'directory' in own;
  return isNeedless ? [...found, needless] : found;
}

const needless: Finding = {
  level: 'warning',
  option: ['cache'],
  message: 'the store is on this machine: a cache only copies it, and is for a store in S3',
};

async function tryS3(option: Path, location: S3Location): Promise<Finding[]> {
  const tried: Promise<Finding[]>[] = [];
  for (const key of ['accessKeyIdFile', 'secretAccessKeyFile', 'sessionTokenFile'] as const) {
    const path = location[key];
    if (path === undefined) continue;
    tried.push(attempt([...option, key], () => readCredential(path)));
    if (key !== 'accessKeyIdFile') tried.push(requireHidden([...option, key], path));
  }
  tried.push(requireAuthorities([...option, 'ca'], 'the S3 store', location.ca));
  return (await Promise.all(tried)).flat();
}

async function tryWebdav(option: Path, { passwordFile: path, ca }: WebdavLocation): Promise<Finding[]> {
  const tried = [requireAuthorities([...option, 'ca'], 'the WebDAV store', ca)];
  if (path !== undefined) {
    const file = [...option, 'passwordFile'];
    tried.push(
      attempt(file, () => readSecret('the WebDAV password', path)),
      requireHidden(file, path),
    );
  }
  return (await Promise.all(tried)).flat();
}
