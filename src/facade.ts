import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeLocation, type Config } from './config.ts';
import { Conversions } from './convert/conversions.ts';
import { ConverterPool } from './convert/pool.ts';
import { uploadsPrefix } from './droplet/source-key.ts';
import { GuidStates } from './droplet/states.ts';
import { Blobs } from './image/blobs.ts';
import { CachedFacts, chooseSettings } from './image/facts.ts';
import { Images } from './image/images.ts';
import { LauncherLayers } from './image/launcher-layers.ts';
import { ServedImages } from './image/served.ts';
import type { TagParts } from './image/tags.ts';
import { LocalDroplets } from './operator/local-droplets.ts';
import { LocalImages } from './operator/local-images.ts';
import { LocalRootfs } from './operator/local-rootfs.ts';
import type { Operator } from './operator/operator.ts';
import { Stacks } from './rootfs/stacks.ts';
import { DirectoryStore } from './store/directory.ts';
import { layeredReader } from './store/layered.ts';
import { openReadable, openStore } from './store/open.ts';
import { prefixedStore } from './store/prefixed.ts';
import type { ReadableStore, Store } from './store/store.ts';

/** Everything that serves or operates one store, wired. */
export type Facade = {
  own: Store;
  sources: ReadableStore;
  conversions: Conversions;
  images: Images;
  served: ServedImages;
  blobs: Blobs;
  tags: TagParts;
  temporaryDirectory: string;
  operatorFor: (user: string) => Operator;
  close(): void;
};

/** @param onBackgroundError hears of conversions that fail after their upload was answered */
export async function openFacade(
  config: Config,
  onBackgroundError: (error: unknown) => void,
): Promise<Facade> {
  const { limits, defaultStack, source } = config;
  const location = storeLocation(config);
  const own = await openStore(location);
  const uploads = prefixedStore(own, uploadsPrefix);
  const sources = layeredReader(source === undefined ? [uploads] : [uploads, openReadable(source)]);
  const pool = new ConverterPool(
    { own: location, source },
    {
      ...(limits.conversions === undefined ? {} : { size: limits.conversions }),
      maxQueued: limits.queuedConversions,
      timeoutMs: limits.conversionSeconds * 1000,
      maxMemory: limits.conversionMemoryBytes,
    },
  );
  if (config.layer !== undefined) await chooseSettings(own, config.layer);

  const stacks = new Stacks(own);
  const states = new GuidStates(own);
  const facts = new CachedFacts(stacks, states, own);
  const conversions = new Conversions(own, sources, pool, limits.droplet);
  const served = new ServedImages(own);
  const images = new Images(facts, conversions, new LauncherLayers(own), served, defaultStack);
  const blobs = new Blobs(own, served, () => stacks.names());
  const temporaryDirectory = await workDirectory(own);
  const droplets = new LocalDroplets({
    own,
    uploads,
    sources,
    states,
    facts,
    conversions,
    defaultStack,
    onBackgroundError,
  });
  const localImages = new LocalImages(images, served);
  const versions = async (stack: string): Promise<string[]> =>
    (await stacks.versions(stack)).filter((item) => !item.retired).map((item) => item.version);

  return {
    own,
    sources,
    conversions,
    images,
    served,
    blobs,
    temporaryDirectory,
    tags: { own, sources, facts, defaultStack, versions },
    operatorFor: (user) => ({
      rootfs: new LocalRootfs({ own, stacks, facts, temporaryDirectory }, user),
      droplets,
      images: localImages,
    }),
    close: () => {
      pool.close();
    },
  };
}

/** Work files lie on the store's own disk where it has one: there is room, or the store is full as well. */
async function workDirectory(store: Store): Promise<string> {
  if (store instanceof DirectoryStore) return store.temporaryDirectory;
  const path = join(tmpdir(), 'dropstack');
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}
