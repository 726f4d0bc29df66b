import { existsSync } from 'node:fs';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../errors.ts';
import { storeFailure } from '../../store/directory-reader.ts';
import { DirectoryStore } from '../../store/directory.ts';
import type { StoreLocation } from '../../store/location.ts';
import { openStore } from '../../store/open.ts';
import { probesFolder } from '../../store/probe.ts';
import type { Store } from '../../store/store.ts';

/** A store that is only tried. `close` takes away what trying it has made. */
export type Tried = { store: Store; close: () => Promise<void> };

/**
 * Opens a facade's own store. A directory that is no store yet does not become one: it is tried in a folder of its own.
 * @throws Failure `invalid` where there is no directory
 */
export async function openOwn(location: StoreLocation): Promise<Tried> {
  if (!('directory' in location)) return { store: await openStore(location), close: async () => undefined };
  const { directory } = location;
  if (!existsSync(directory)) throw new Failure('invalid', `There is no directory ${directory}`);
  return existsSync(DirectoryStore.temporaryDirectoryOf(directory)) ? tryAt(directory) : tryIn(directory);
}

async function tryAt(directory: string): Promise<Tried> {
  const probes = join(directory, probesFolder);
  const isNew = !existsSync(probes);
  return {
    store: await openStore({ directory }),
    close: async () => {
      // It stays where somebody else tries something at this moment.
      if (isNew) await rmdir(probes).catch(() => undefined);
    },
  };
}

async function tryIn(directory: string): Promise<Tried> {
  const folder = await mkdtemp(join(directory, '.doctor-')).catch((error: unknown) => {
    throw storeFailure('write', directory, error);
  });
  return {
    store: await openStore({ directory: folder }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
