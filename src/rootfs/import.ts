import { Failure } from '../errors.ts';
import { hexOf, type Digest } from '../oci/digest.ts';
import { requireStack, requireVersion } from '../oci/names.ts';
import { requireInTime } from '../store/lifetime.ts';
import { createRecord, readRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { architectureOf, ownArchitecture } from './architecture.ts';
import { keepContents } from './contents-record.ts';
import type { Contents } from './contents/contents.ts';
import { inspect, type VerifiedLayer } from './inspect.ts';
import { rootfsKey, stackKey } from './keys.ts';
import { checkFile } from './read/check-file.ts';
import { defaultLimits, type Limits } from './read/limits.ts';
import { readImage } from './read/read-image.ts';
import type { SourceImage, WantedPlatform } from './read/source-image.ts';
import { rootfsRecord, type RootfsRecord } from './record.ts';
import { requirePlatform } from './require-platform.ts';
import { requireSameVersion } from './same-version.ts';
import { isRetired } from './stack-change.ts';
import { newStack, stackRecord } from './stack-record.ts';
import { StoredLayers } from './stored-layers.ts';

export type ImportRequest = WantedPlatform & {
  stack: string;
  version: string;
  /** a file or directory of this machine */
  path: string;
  /** what messages call it; its path, if nothing else is given */
  name?: string | undefined;
  /** what the file must hash to: hex, with or without `sha256:` before it */
  sha256?: string | undefined;
  /** in place of that: what the path was pulled by, which the record then names */
  pulled?: Digest | undefined;
  /** for what archives of images unpack to */
  temporaryDirectory: string;
  limits?: Limits;
};

/**
 * Imports a root filesystem as a version of a stack; see `readImage` for what it can be. Everything is verified before
 * the store is touched, and the version's record is written last: at any moment the version is there as a whole or not
 * at all. Importing the same again changes nothing and answers the record that is there.
 * @throws Failure `invalid`, `mismatch`, `too-large` for a bad file; `conflict` where the version exists with other layers
 *   or for another platform, or was retired and collected; `no-space`, `unavailable`
 */
export async function importRootfs(store: Store, request: ImportRequest): Promise<RootfsRecord> {
  const { stack, version, path, temporaryDirectory, limits = defaultLimits, name = path } = request;
  requireStack(stack);
  requireVersion(version);
  requirePlatform(request);
  const sha256 =
    request.pulled === undefined ? await checkFile(path, name, request.sha256) : hexOf(request.pulled);
  const image = await readImage(path, { platform: request, temporaryDirectory, limits, name });
  try {
    const { layers, contents } = await inspect(image, name, limits, temporaryDirectory);
    if (contents.files.length === 0) throw new Failure('invalid', `Cannot import ${name}: it holds no files`);
    const facts = factsOf(request, image, contents, sha256);
    const present = await readRecord(store, rootfsKey(stack, version), rootfsRecord);
    if (present !== undefined) return requireSameVersion(present, { ...facts, layers });
    await requireUnspent(store, stack, version);
    return await write(store, facts, layers, contents);
  } finally {
    await image.close();
  }
}

/** A record but for its layers. */
type Facts = Omit<RootfsRecord, 'layers'>;

/**
 * Writes a version that nobody had a moment ago. Should another import of it win meanwhile, that one stays; pointers that
 * we made are then left to the collector: a third import may have begun to rely on them.
 */
async function write(
  store: Store,
  facts: Facts,
  layers: readonly VerifiedLayer[],
  contents: Contents,
): Promise<RootfsRecord> {
  const { stack, version } = facts;
  const start = Date.now();
  const requireTime = (): void => requireInTime(start, `Importing ${stack} ${version}`, Date.now());
  const stored = new StoredLayers(store, stack);
  try {
    for (const layer of layers) await stored.add(layer);
    await keepContents(store, stack, layers, contents);
    requireTime();
    const record = { ...facts, layers: await stored.publish() };
    await createRecord(store, stackKey(stack), stackRecord, newStack(stack));
    requireTime();
    const winner = await createRecord(store, rootfsKey(stack, version), rootfsRecord, record);
    return requireSameVersion(winner, { ...facts, layers });
  } catch (error) {
    await stored.discard();
    throw error;
  }
}

/** The name of a version that was retired stays spent, also when nothing else is left of it. */
async function requireUnspent(store: Store, stack: string, version: string): Promise<void> {
  const record = await readRecord(store, stackKey(stack), stackRecord);
  if (record === undefined || !isRetired(record, version)) return;
  throw new Failure(
    'conflict',
    `Version ${version} of stack ${stack} was retired and collected: import this under a new version`,
  );
}

function factsOf(
  request: ImportRequest,
  image: SourceImage,
  contents: Contents,
  sha256: string | undefined,
): Facts {
  const osVersion = request.osVersion ?? image.osVersion;
  const { files, packages, libraries } = contents;
  return {
    format: 1,
    stack: request.stack,
    version: request.version,
    os: request.os ?? image.os ?? 'linux',
    architecture:
      request.architecture ?? image.architecture ?? architectureOf(libraries) ?? ownArchitecture(),
    ...(osVersion === undefined ? {} : { osVersion }),
    ...(image.variant === undefined ? {} : { variant: image.variant }),
    ...(image.created === undefined ? {} : { created: image.created }),
    provides: contents.launcher,
    contents: { files: files.length, packages: packages.length, libraries: libraries.length },
    source: { kind: image.kind, ...(sha256 === undefined ? {} : { sha256 }) },
    importedAt: new Date().toISOString(),
  };
}
