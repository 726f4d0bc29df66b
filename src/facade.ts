import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeLocation, type Config } from './config/config.ts';
import { shareOf } from './config/share.ts';
import { Conversions, type Converts } from './convert/conversions.ts';
import type { Moved } from './convert/job.ts';
import { ConverterPool } from './convert/pool.ts';
import { uploadsPrefix } from './droplet/source-key.ts';
import { GuidStates } from './droplet/states.ts';
import { Blobs } from './image/blobs.ts';
import { CachedFacts } from './image/facts.ts';
import { imageFormats, type ImageFormat } from './image/formats.ts';
import { Images } from './image/images.ts';
import { LauncherLayers } from './image/launcher-layers.ts';
import { ServedImages } from './image/served.ts';
import { chooseSettings } from './image/settings.ts';
import type { TagParts } from './image/tags.ts';
import { AuditLog } from './operator/audit/audit-log.ts';
import { audited } from './operator/audit/audited.ts';
import type { By } from './operator/audit/entry.ts';
import { noting } from './operator/audit/noting.ts';
import { LocalAudit } from './operator/local-audit.ts';
import { LocalCollection } from './operator/local-collection.ts';
import { LocalDroplets } from './operator/local-droplets.ts';
import { LocalImages } from './operator/local-images.ts';
import { LocalImpact } from './operator/local-impact.ts';
import { LocalRolls } from './operator/local-rolls.ts';
import { LocalRootfs } from './operator/local-rootfs.ts';
import { LocalWarming } from './operator/local-warming.ts';
import type { Operator } from './operator/operator.ts';
import { auditedDriver } from './rollout/drive/audited-driver.ts';
import type { DriverFor, FollowRolls } from './rollout/drive/roll-driver.ts';
import { StackRolls } from './rollout/drive/stack-rolls.ts';
import { openApi } from './rollout/kubernetes/open-api.ts';
import { Stacks } from './rootfs/stacks.ts';
import { CachedStore } from './store/cached.ts';
import { newStoreCounters } from './store/counters.ts';
import { DirectoryStore } from './store/directory.ts';
import { layeredReader } from './store/layered.ts';
import type { StoreLocation } from './store/location.ts';
import { meteredReader, meteredStore } from './store/metered.ts';
import { openPresigns, openReadable, openStore } from './store/open.ts';
import { ownDirectory } from './store/own-directory.ts';
import { prefixedStore } from './store/prefixed.ts';
import { probeConditions } from './store/probe.ts';
import type { Layers, Presigns, ReadableStore, Store } from './store/store.ts';

/** Everything that serves or operates one store, wired. */
export type Facade = {
  own: Store;
  sources: ReadableStore;
  conversions: Conversions;
  /** What converts here; undefined where another process does. */
  converters: ConverterPool | undefined;
  /** What was asked of the stores by this process and its converters. */
  moved: Moved;
  images: Images;
  served: ServedImages;
  blobs: Blobs;
  /** Where layers are read from for clients: the own store, or a cache before it. */
  layers: Layers;
  cache: CachedStore | undefined;
  /** What signs URLs of the own store's objects, where clients may be redirected to it. */
  presigns: Presigns | undefined;
  tags: TagParts;
  temporaryDirectory: string;
  /** What is changed through it is written down in somebody's name: a user's, or that of whoever asked from an address. */
  operatorFor: (by: string | By) => Operator;
  /** The same for rolls of a cluster; undefined without access to one. It is asked when somebody asks us, not before. */
  driverFor: DriverFor | undefined;
  /** What hears that they have changed; undefined as well. */
  followRolls: FollowRolls | undefined;
  audit: AuditLog;
  /** Whether tags can be answered: the store has been there once, and this version knows the formats that it names. */
  ready: () => Promise<boolean>;
  close(): void;
};

/** What converts, until it is closed. */
export type Pool = Converts & { close(): void };

/**
 * @param onBackgroundError hears of what fails while nobody waits for it: conversions after an upload, the cache's disk
 * @param formats those of images that this version knows
 * @param shared the pool of another process, which has tried the store and chosen its settings
 */
export async function openFacade(
  config: Config,
  onBackgroundError: (error: unknown) => void,
  formats: ReadonlyMap<number, ImageFormat> = imageFormats,
  shared?: Pool,
): Promise<Facade> {
  const { limits, defaultStack, source, registryAuth } = config;
  const location = storeLocation(config);
  const moved = { own: newStoreCounters(), sources: newStoreCounters() };
  const own = meteredStore(await openStore(location), moved.own);
  const isFirst = shared === undefined;
  if (isFirst && 's3' in location && !location.singleWriter) await probeConditions(own);
  const cache =
    config.cache && (await CachedStore.open(own, { ...config.cache, onFault: onBackgroundError }));
  const presigns =
    config.redirect && 's3' in location
      ? await openPresigns(location.s3, config.redirect.endpoint)
      : undefined;
  const uploads = prefixedStore(own, uploadsPrefix);
  const given = source === undefined ? undefined : await openReadable(source);
  const layered = layeredReader(given === undefined ? [uploads] : [uploads, given]);
  const sources = meteredReader(layered, moved.sources);
  const pool = shared ?? openPool(config, moved);
  if (isFirst) await chooseSettings(own, config);

  const stacks = new Stacks(own);
  const states = new GuidStates(own);
  const facts = new CachedFacts(stacks, states, own);
  const conversions = new Conversions(own, sources, pool, limits.droplet);
  const served = new ServedImages(own);
  const launchers = new LauncherLayers(own);
  const images = new Images(facts, conversions, launchers, served, defaultStack, undefined, formats);
  const blobs = new Blobs(own, served, () => stacks.names());
  const temporaryDirectory = await workDirectory(location);
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
  const collection = new LocalCollection({ own, uploads, source: given, clock: Date.now });
  const localImages = new LocalImages(images, served);
  const impact = new LocalImpact({ own, sources, facts, conversions });
  const rolls = new LocalRolls(own);
  const audit = new AuditLog(own);
  const localAudit = new LocalAudit(own);
  const versions = async (stack: string): Promise<string[]> =>
    (await stacks.versions(stack)).filter((item) => !item.retired).map((item) => item.version);

  const operatorFor = (whom: string | By): Operator => {
    const by = typeof whom === 'string' ? { user: whom } : whom;
    const operator: Operator = {
      rootfs: new LocalRootfs({ own, stacks, facts, temporaryDirectory, registryAuth }, by.user),
      impact,
      droplets,
      images: localImages,
      rolls,
      collection,
      warming: new LocalWarming({ sources, facts, conversions, images, defaultStack }, by.user),
      audit: localAudit,
    };
    return audited(operator, audit, by);
  };
  const { kubernetes } = config;
  const stackRolls = kubernetes && new StackRolls(() => openApi({ ...kubernetes, patience }), { rolls });

  return {
    own,
    sources,
    conversions,
    converters: pool instanceof ConverterPool ? pool : undefined,
    moved,
    images,
    served,
    blobs,
    layers: cache ?? own,
    cache,
    presigns,
    temporaryDirectory,
    tags: { own, sources, facts, defaultStack, versions },
    operatorFor,
    driverFor:
      stackRolls &&
      ((by) =>
        auditedDriver(stackRolls.driverFor(`${by.user} of dropstack`, operatorFor(by)), noting(audit, by))),
    followRolls: stackRolls && ((onChange) => stackRolls.follow(onChange)),
    audit,
    ready: () =>
      images.knowFormats().then(
        () => true,
        () => false,
      ),
    close: () => {
      pool.close();
      void cache?.close();
      void stackRolls?.close();
    },
  };
}

/** Somebody waits for what the API server of Kubernetes answers. */
const patience = { total: 5_000 };

function openPool({ limits, source, store, data }: Config, moved: Moved): Pool {
  return new ConverterPool(
    { own: storeLocation({ store, data }), source },
    {
      ...(limits.conversions === undefined ? {} : { size: limits.conversions }),
      waiting: {
        total: limits.queuedConversions,
        perClient: shareOf(limits.queuedConversions, limits.clientShare),
      },
      // Half of a pull's own time, so that it hears that there was no room.
      roomMs: limits.holdSeconds * 500,
      timeoutMs: limits.conversionSeconds * 1000,
      maxMemory: limits.conversionMemoryBytes,
    },
    moved,
  );
}

/** Work files lie on the store's own disk where it has one: there is room, or the store is full as well. */
async function workDirectory(location: StoreLocation): Promise<string> {
  if ('directory' in location) return DirectoryStore.temporaryDirectoryOf(location.directory);
  return ownDirectory(join(tmpdir(), `dropstack-${process.getuid?.() ?? 'work'}`));
}
