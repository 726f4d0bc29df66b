import { randomUUID } from 'node:crypto';
import { Conversions } from '../../src/convert/conversions.ts';
import { convertDroplet } from '../../src/convert/convert.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { uploadsPrefix } from '../../src/droplet/source-key.ts';
import { GuidStates } from '../../src/droplet/states.ts';
import { Blobs } from '../../src/image/blobs.ts';
import { CachedFacts } from '../../src/image/facts.ts';
import { Images } from '../../src/image/images.ts';
import { LauncherLayers } from '../../src/image/launcher-layers.ts';
import { ServedImages } from '../../src/image/served.ts';
import { findIgzip } from '../../src/layer/igzip.ts';
import { publishLayer } from '../../src/layer/pointer.ts';
import { hexOf, sha256 } from '../../src/oci/digest.ts';
import { LocalDroplets } from '../../src/operator/local-droplets.ts';
import { keepContents } from '../../src/rootfs/contents-record.ts';
import { rootfsKey, rootfsLayerKey, stackKey } from '../../src/rootfs/keys.ts';
import { rootfsRecord, type RootfsRecord } from '../../src/rootfs/record.ts';
import { newStack, stackRecord } from '../../src/rootfs/stack-record.ts';
import { Stacks } from '../../src/rootfs/stacks.ts';
import { layeredReader } from '../../src/store/layered.ts';
import { prefixedStore } from '../../src/store/prefixed.ts';
import { createRecord } from '../../src/store/records.ts';
import type { ReadableStore, Store } from '../../src/store/store.ts';

const igzip = findIgzip();

export const stack = 'fs';

/** A facade's parts over a store, wired as the facade wires them, on a clock of their own and with conversions in this process. */
export type Replica = {
  own: Store;
  stacks: Stacks;
  droplets: LocalDroplets;
  images: Images;
  served: ServedImages;
  blobs: Blobs;
};

export function newReplica(own: Store, source: ReadableStore, clock: () => number): Replica {
  const uploads = prefixedStore(own, uploadsPrefix);
  const sources = layeredReader([uploads, source]);
  const stacks = new Stacks(own, () => new Date(clock()));
  const states = new GuidStates(own, clock);
  const facts = new CachedFacts(stacks, states, own, clock);
  const pool = {
    run: async (job: Parameters<typeof convertDroplet>[1]) =>
      (await convertDroplet({ own, sources }, job, igzip, clock)).record,
    join: () => undefined,
  };
  const conversions = new Conversions(own, sources, pool, defaultLimits, clock);
  const served = new ServedImages(own, clock);
  const images = new Images(facts, conversions, new LauncherLayers(own, clock), served, stack, clock);
  const blobs = new Blobs(own, served, () => stacks.names(), clock);
  const droplets = new LocalDroplets({
    own,
    uploads,
    sources,
    states,
    facts,
    conversions,
    defaultStack: stack,
    onBackgroundError: () => undefined,
  });
  return { own, stacks, droplets, images, served, blobs };
}

/** What an import writes, in its order, without a file to read: the layers' bytes are their names. */
export async function importVersion(
  own: Store,
  version: string,
  layers: readonly string[],
  clock: () => number,
): Promise<void> {
  const stored: RootfsRecord['layers'] = [];
  for (const name of layers) {
    const bytes = Buffer.from(name);
    const object = `v1/objects/${randomUUID()}`;
    await own.put(object, bytes);
    const [digest, mediaType] = [sha256(bytes), 'application/vnd.oci.image.layer.v1.tar'];
    stored.push({ object, digest, diffId: digest, size: bytes.length, mediaType });
  }
  const contents = { files: [], packages: [], libraries: [], unknown: [], launcher: [], shell: true };
  await keepContents(own, stack, stored, contents, clock);
  const published: RootfsRecord['layers'] = [];
  for (const layer of stored) {
    const { object, size, mediaType, digest } = layer;
    const key = rootfsLayerKey(stack, hexOf(digest));
    const pointer = await publishLayer(own, key, { object, size, mediaType }, clock);
    published.push({ ...layer, object: pointer.object });
  }
  await createRecord(own, stackKey(stack), stackRecord, newStack(stack));
  await createRecord(own, rootfsKey(stack, version), rootfsRecord, {
    format: 1,
    stack,
    version,
    os: 'linux',
    architecture: 'amd64',
    layers: published,
    provides: [],
    contents: { files: 0, packages: 0, libraries: 0 },
    source: { kind: 'tar' },
  });
}
