import { stat } from 'node:fs/promises';
import type { ZodType } from 'zod';
import { Failure } from '../../errors.ts';
import { hexOf, type Digest } from '../../oci/digest.ts';
import { readDocument, type Bundle } from './bundle.ts';
import { choose, type Candidate } from './choose.ts';
import { compressionOf, readFile } from './compression.ts';
import { config, index, layout, manifest, type ListedDescriptor } from './documents.ts';
import { imageOf, withDiffIds, type ReadImage } from './image-of.ts';
import { isAttestation } from './is-attestation.ts';
import { indexTypes, layerTypes, manifestTypes } from './media-types.ts';
import type { SourceLayer, WantedPlatform } from './source-image.ts';

const deepest = 4;
const mostManifests = 1000;

/** Reads an OCI image layout (image-spec image-layout.md), as a directory or unpacked from an archive. */
export async function readOciLayout(bundle: Bundle, wanted: WantedPlatform): Promise<ReadImage> {
  await readDocument(bundle, 'oci-layout', layout);
  const { manifests } = await readDocument(bundle, 'index.json', index);
  const byDigest = Map.groupBy(await flatten(bundle, manifests), (item) => item.digest);
  const candidates: Candidate<{ layers: ListedDescriptor[] }>[] = [];
  // One by one: an archive may list thousands, each of megabytes.
  for (const [digest, items] of byDigest) candidates.push(await readCandidate(bundle, digest, items));
  const chosen = choose(candidates, wanted);
  const layers = withDiffIds(chosen.config, chosen.image.layers).map((pair, i) =>
    readLayer(bundle, pair.layer, i, pair.diffId),
  );
  return imageOf('oci-layout', chosen.config, await Promise.all(layers));
}

/** All image manifests that are really there: an archive of one platform may list those of others. */
async function flatten(
  bundle: Bundle,
  manifests: readonly ListedDescriptor[],
  depth = 0,
  seen = new Set<Digest>(),
): Promise<ListedDescriptor[]> {
  if (depth > deepest) throw new Failure('invalid', 'its indexes are nested too deeply');
  const found: ListedDescriptor[] = [];
  for (const item of manifests) {
    if (bundle(blobName(item.digest)) === undefined) continue;
    if (manifestTypes.has(item.mediaType) && !isAttestation(item)) found.push(item);
    // An index that is listed again, in any place, lists nothing new.
    if (!indexTypes.has(item.mediaType) || seen.has(item.digest)) continue;
    seen.add(item.digest);
    const inner = (await readBlob(bundle, item.digest, index)).manifests;
    found.push(...(await flatten(bundle, inner, depth + 1, seen)));
  }
  if (found.length > mostManifests)
    throw new Failure('invalid', `it lists more than ${mostManifests} images`);
  return found;
}

async function readCandidate(
  bundle: Bundle,
  digest: Digest,
  listed: readonly ListedDescriptor[],
): Promise<Candidate<{ layers: ListedDescriptor[] }>> {
  const image = await readBlob(bundle, digest, manifest);
  const names = listed.flatMap((item) => item.annotations?.['org.opencontainers.image.ref.name'] ?? []);
  return { config: await readBlob(bundle, image.config.digest, config), names, image };
}

async function readLayer(
  bundle: Bundle,
  { mediaType: type, digest, size }: ListedDescriptor,
  i: number,
  diffId: Digest,
): Promise<SourceLayer> {
  const name = `layer ${i + 1} (${digest})`;
  const compression = layerTypes.get(type);
  if (compression === undefined) {
    throw new Failure(
      'invalid',
      `its ${name} has the media type ${type}, which is not that of a layer to serve`,
    );
  }
  const path = bundle(blobName(digest));
  if (path === undefined) throw new Failure('invalid', `it lacks its ${name}`);
  const found = (await stat(path)).size;
  if (found !== size) {
    throw new Failure('mismatch', `its ${name} has ${found} bytes, not ${size}`, {
      expected: String(size),
      found: String(found),
    });
  }
  if ((await compressionOf(path)) !== compression) {
    throw new Failure('invalid', `its ${name} is not what its media type ${type} says`);
  }
  return { name, mediaType: type, compression, size, digest, diffId, open: () => readFile(path) };
}

function readBlob<T>(bundle: Bundle, digest: Digest, schema: ZodType<T>): Promise<T> {
  return readDocument(bundle, blobName(digest), schema, digest);
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
