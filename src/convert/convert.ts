import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { parse } from 'yaml';
import { z } from 'zod';
import { needsKey, needsRecordOf } from '../droplet/needs.ts';
import { dropletRecord, layerPointerKey, recordKey, type DropletRecord } from '../droplet/record.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import { rulesVersion } from '../droplet/rules.ts';
import { sourceKey } from '../droplet/source-key.ts';
import { Failure } from '../errors.ts';
import { compressor, compressorThreads } from '../layer/compress.ts';
import { Gunzip } from '../layer/gunzip.ts';
import { findIgzip } from '../layer/igzip.ts';
import { Meter, measure } from '../layer/meter.ts';
import { publishLayer } from '../layer/pointer.ts';
import { variantOf } from '../layer/settings.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { digestOfHex, hexOf } from '../oci/digest.ts';
import { requireInTime } from '../store/lifetime.ts';
import { createRecord } from '../store/records.ts';
import type { OpenObject, ReadableStore, Store } from '../store/store.ts';
import type { Converted, Job } from './job.ts';
import { RewriteStream } from './rewrite-stream.ts';
import { newObjectKey } from '../store/objects.ts';

export type Stores = { sources: ReadableStore; own: Store };

/** Bytes of a droplet from which on a process of its own compresses it sooner than ours. */
const worthIgzip = 1024 * 1024;

/**
 * Turns a droplet into a layer: reads it once, and hashes, unpacks, rewrites, hashes, compresses, hashes and stores it in
 * one pass, in bounded memory. Answers the record that is in the store afterwards, ours or that of whoever was first.
 * @throws DropletRefused when the droplet breaks a rule; Failure `not-found`, `corrupt` when its bytes are not what its
 *   hash says, `too-large` after six hours, `no-space`, `unavailable`
 */
export async function convertDroplet(
  stores: Stores,
  job: Job,
  igzip = findIgzip(),
  clock: () => number = Date.now,
): Promise<Converted> {
  const start = clock();
  const { guid, hash } = job;
  const source = await stores.sources.open(sourceKey(guid, hash));
  if (source === undefined) throw missing(job);
  const object = newObjectKey();
  const fast = source.info.size < worthIgzip ? undefined : igzip;
  const layer = await writeLayer(stores, object, source, job, fast).catch(async (error: unknown) => {
    source.body.destroy();
    // Where that fails too, the object is the collector's, and the first error is the one to tell.
    await stores.own.remove(object).catch(() => {});
    throw error;
  });
  const requireTime = (): void => requireInTime(start, `Converting ${guid}/${hash}`, clock());
  return commit(stores.own, layer, requireTime, clock);
}

async function writeLayer(
  stores: Stores,
  object: string,
  source: OpenObject,
  job: Job,
  igzip: string | undefined,
): Promise<DropletRecord> {
  const { own } = stores;
  const { guid, hash, settings } = job;
  const input = new Meter('sha1', 'sha256');
  const gunzip = new Gunzip();
  const rewrite = new RewriteStream(settings, job.limits, () => input.size);
  const { mediaType, stream } = compressor(settings.compression, { threads: compressorThreads, igzip });
  const output = stream === undefined ? new Meter() : new Meter('sha256');
  const steps = [source.body, input, gunzip, rewrite, ...(stream === undefined ? [] : [stream]), output];
  // An error of any step destroys `output` with that error, and so reaches put().
  pipeline(steps, () => {});
  try {
    await own.put(object, output);
  } catch (error) {
    const refused = isZlibError(error) ? badGzip(job, input.size, error) : error;
    if (refused instanceof DropletRefused) await requireIntact(stores, job, input);
    throw refused;
  }
  requireHash(job, input);
  const summary = rewrite.summary;
  const info = stagingInfo(summary.stagingInfo);
  await own.put(needsKey(guid, hash), canonicalJson(needsRecordOf(summary, info.buildpack)), 'absent');
  return {
    format: 1,
    guid,
    hash,
    variant: variantOf(settings),
    object,
    mediaType,
    // What is not compressed was hashed already.
    digest: stream === undefined ? rewrite.diffId : digestOfHex(output.hex('sha256')),
    size: output.size,
    diffId: rewrite.diffId,
    diffSize: summary.bytesOut,
    sourceSha256: input.hex('sha256'),
    sourceSize: input.size,
    time: summary.rootTime,
    entries: summary.entries,
    ...info,
    rulesVersion,
    warnings: summary.warnings,
  };
}

/**
 * Pointer before record: a record names only what is there. Where another process made the same layer meanwhile, its object
 * is adopted and ours thrown away. Where it made another one, its record stands and ours is never written; our pointer stays
 * for the collector, since a third process may have adopted what it names, for a record of another variant. What comes too late to
 * rely on what it found (`worksWithin`) is not written at all, and left to the collector as well.
 */
async function commit(
  own: Store,
  layer: DropletRecord,
  requireTime: () => void,
  clock: () => number,
): Promise<Converted> {
  const { guid, hash, digest, variant, object, size, mediaType } = layer;
  requireTime();
  const pointerKey = layerPointerKey(guid, hexOf(digest));
  const pointer = await publishLayer(own, pointerKey, { object, size, mediaType }, clock);
  const adopted = { ...layer, object: pointer.object };
  requireTime();
  const winner = await createRecord(own, recordKey(guid, hash, variant), dropletRecord, adopted);
  if (winner.sourceSha256 !== layer.sourceSha256) throw otherContent(layer, winner.sourceSha256);
  return { record: winner, found: winner !== adopted };
}

/**
 * A refusal is remembered, so it must be the droplet's fault and not that of a store that gave other bytes: neither at rest nor
 * on their way, so that those that were `judged` are the ones with which the right bytes begin.
 */
async function requireIntact({ sources }: Stores, job: Job, judged: Meter<'sha1' | 'sha256'>): Promise<void> {
  const [start, sha256] = [judged.size, judged.hex('sha256')];
  const source = await sources.open(sourceKey(job.guid, job.hash));
  if (source === undefined) throw missing(job);
  const same = createHash('sha256');
  let left = start;
  source.body.on('data', (chunk: Buffer) => {
    same.update(chunk.subarray(0, left));
    left = Math.max(0, left - chunk.length);
  });
  requireHash(job, await measure(source.body, 'sha1', 'sha256'));
  if (same.digest('hex') === sha256) return;
  const { guid, hash } = job;
  throw new Failure('unavailable', `Droplet ${guid}/${hash} had other bytes on their way: try again`);
}

function requireHash({ guid, hash }: Job, meter: Meter<'sha1' | 'sha256'>): void {
  const found = meter.hex(hash.length === 40 ? 'sha1' : 'sha256');
  if (found === hash) return;
  throw new Failure(
    'corrupt',
    `Cannot convert droplet ${guid}/${hash}: its bytes in the source hash to ${found}; put the droplet again`,
    { expected: hash, found },
  );
}

const stagingInfoSchema = z.object({
  detected_buildpack: z.string().optional(),
  start_command: z.string().optional(),
});

/** staging_info.yml holds JSON, which is YAML. What cannot be read says nothing: the app may bring its own command. */
function stagingInfo(bytes: Buffer | undefined): Pick<DropletRecord, 'startCommand' | 'buildpack'> {
  if (bytes === undefined) return {};
  try {
    const info = stagingInfoSchema.parse(parse(bytes.toString()));
    return {
      ...(info.start_command ? { startCommand: info.start_command } : {}),
      ...(info.detected_buildpack ? { buildpack: info.detected_buildpack } : {}),
    };
  } catch {
    return {};
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  );
}

function badGzip({ guid, hash }: Job, offset: number, error: Error): DropletRefused {
  return new DropletRefused(`${guid}/${hash}`, { rule: 'gzip', entry: '', offset, detail: error.message });
}

function otherContent({ guid, hash }: DropletRecord, known: string): Failure {
  return new Failure(
    'conflict',
    `Droplet ${guid}/${hash} is known with the SHA-256 ${known}, and now has another content`,
  );
}

function missing({ guid, hash }: Job): Failure {
  return new Failure('not-found', `No droplet ${guid}/${hash} in the source`, { reason: 'MANIFEST_UNKNOWN' });
}
