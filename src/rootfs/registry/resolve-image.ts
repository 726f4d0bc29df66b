import { z } from 'zod';
import { Failure } from '../../errors.ts';
import { sha256, type Digest } from '../../oci/digest.ts';
import type { Descriptor } from '../../oci/image.ts';
import { index, manifest, type ListedDescriptor } from '../read/documents.ts';
import { indexTypes, layerTypes, manifestTypes } from '../read/media-types.ts';
import type { WantedPlatform } from '../read/source-image.ts';
import { choosePlatform } from './choose-platform.ts';
import type { ImageReference } from './image-reference.ts';
import type { RegistryClient } from './registry-client.ts';

/** The one image that a reference means, as far as its manifest tells. */
export type ResolvedImage = {
  /** what the reference itself resolves to: of an index where it is one */
  digest: Digest;
  manifest: Descriptor;
  bytes: Buffer;
  config: Descriptor;
  layers: Descriptor[];
};

type Verified = { descriptor: Descriptor; bytes: Buffer; json: unknown };

const deepest = 4;
const typed = z.object({ schemaVersion: z.int(), mediaType: z.string().optional() });

/**
 * Asks what a reference means, and of an index which of its images.
 * @param expected of what the reference resolves to
 * @throws Failure `mismatch` where a digest is another than was meant, `invalid` where that is no image to be pulled
 */
export async function resolveImage(
  client: RegistryClient,
  reference: ImageReference,
  wanted: WantedPlatform,
  expected: Digest | undefined,
): Promise<ResolvedImage> {
  const first = await fetchDocument(client, reference.target, reference.digest);
  const { digest } = first.descriptor;
  if (expected !== undefined) requireDigest('it has the digest', expected, digest);
  let found = first;
  for (let depth = 0; indexTypes.has(found.descriptor.mediaType); depth++) {
    if (depth === deepest) throw new Failure('invalid', 'its indexes are nested too deeply');
    const chosen = choosePlatform(parsed(index, found.json).manifests, wanted);
    found = await fetchDocument(client, chosen.digest, chosen.digest);
  }
  const { config, layers } = parsed(manifest, found.json);
  layers.forEach(requireLayer);
  return { digest, manifest: found.descriptor, bytes: found.bytes, config, layers };
}

async function fetchDocument(
  client: RegistryClient,
  target: string,
  expected: Digest | undefined,
): Promise<Verified> {
  const { bytes, type, digest: announced } = await client.manifest(target);
  const digest = sha256(bytes);
  if (expected !== undefined) requireDigest('its manifest hashes to', expected, digest);
  if (announced?.startsWith('sha256:') === true) requireDigest('its manifest hashes to', announced, digest);
  const json = jsonOf(bytes);
  const { schemaVersion, mediaType = type } = parsed(typed, json);
  if (schemaVersion !== 2 || !(manifestTypes.has(mediaType) || indexTypes.has(mediaType))) {
    throw new Failure(
      'invalid',
      `it is of the type ${mediaType}, version ${schemaVersion}: no image to import`,
    );
  }
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes, json };
}

function requireDigest(what: string, expected: string, found: Digest): void {
  if (found === expected) return;
  throw new Failure('mismatch', `${what} ${found}, not ${expected}; nothing was stored`, { expected, found });
}

/** Before gigabytes of it are read. */
function requireLayer({ mediaType }: ListedDescriptor, i: number): void {
  if (layerTypes.has(mediaType)) return;
  const why = /foreign|nondistributable/.test(mediaType)
    ? 'which registries do not give away: use an image that has all its layers'
    : 'which is not that of a layer to serve';
  throw new Failure('invalid', `its layer ${i + 1} has the media type ${mediaType}, ${why}`);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw malformed(cause);
  }
}

function parsed<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw malformed(result.error);
}

function malformed(cause: unknown): Failure {
  return new Failure('invalid', 'what it resolves to is no manifest that can be used', { cause });
}
