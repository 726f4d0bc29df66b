import { DirectoryReader } from './directory-reader.ts';
import { DirectoryStore } from './directory.ts';
import type { SourceLocation, StoreLocation } from './location.ts';
import { resumingReader, resumingStore } from './resuming.ts';
import type { S3Location } from './s3/location.ts';
import { singleWriter } from './single-writer.ts';
import type { Presigns, ReadableStore, Store } from './store.ts';

/** Opens a store to read from and write to; a directory is made where it is missing. Bodies of a remote one heal. */
export async function openStore(location: StoreLocation): Promise<Store> {
  if ('directory' in location) return DirectoryStore.open(location.directory);
  const store = await openS3(location.s3);
  return location.singleWriter ? singleWriter(store) : store;
}

/** Opens a store that is never written to. */
export async function openReadable(location: SourceLocation): Promise<ReadableStore> {
  if ('directory' in location) return new DirectoryReader(location.directory);
  if ('s3' in location) return openS3(location.s3);
  const { WebdavReader } = await import('./webdav/reader.ts');
  return resumingReader(new WebdavReader(location.webdav));
}

/** Signs URLs of a bucket's objects for whoever reaches it at `endpoint`; without one, where we reach it ourselves. */
export async function openPresigns(location: S3Location, endpoint = location.endpoint): Promise<Presigns> {
  const { S3Store } = await import('./s3/store.ts');
  const [near, far] = [new S3Store(location), new S3Store({ ...location, endpoint })];
  return {
    presign: (key, seconds) => far.presign(key, seconds),
    isPlain: (key, size) => near.isPlain(key, size),
  };
}

/** The SDK takes 35 MB and a tenth of a second: only who has a store in S3 loads it. */
async function openS3(location: S3Location): Promise<Store> {
  const { S3Store } = await import('./s3/store.ts');
  return resumingStore(new S3Store(location));
}
