import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../errors.ts';
import { hexOf, type Digest } from '../../oci/digest.ts';
import type { Descriptor } from '../../oci/image.ts';
import { choose } from '../read/choose.ts';
import { config, type SourceConfig } from '../read/documents.ts';
import type { Limits } from '../read/limits.ts';
import type { WantedPlatform } from '../read/source-image.ts';
import { downloadBlob } from './download-blob.ts';
import { pullFailure } from './failure.ts';
import type { ImageReference } from './image-reference.ts';
import { RegistryClient, type RegistryOptions } from './registry-client.ts';
import { resolveImage, type ResolvedImage } from './resolve-image.ts';

export type PullOptions = RegistryOptions &
  WantedPlatform & {
    /** what the reference must resolve to */
    expected: Digest | undefined;
    limits: Limits;
  };

export type RemoteImage = {
  /** what the reference resolves to */
  digest: Digest;
  config: SourceConfig;
  /** Brings the layers, bottom to top. @throws as `openRemoteImage` does */
  pullLayers(): Promise<void>;
  close(): Promise<void>;
};

const mostConfigBytes = 4 * 1024 * 1024;

/**
 * An image in a registry. Its manifest and config come at once; with its layers `directory`, which is there and empty, is an OCI
 * layout (image-spec image-layout.md) of it.
 * @throws Failure `denied`, `not-found`, `unavailable` where the registry does not give it, `mismatch` for bytes that do not have
 *   their digest, `invalid` for what is no image, `too-large`, `no-space`
 */
export async function openRemoteImage(
  reference: ImageReference,
  directory: string,
  options: PullOptions,
): Promise<RemoteImage> {
  const explained = async <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw pullFailure(reference.text, directory, error);
    });
  const client = await explained(() => RegistryClient.open(reference, options));
  try {
    return await explained(async () => {
      const image = await resolveImage(client, reference, options, options.expected);
      requireFitting(image, options.limits);
      await writeLayout(directory, image);
      const found = await pullConfig(client, image.config, directory);
      choose([{ config: found, names: [], image }], options);
      return {
        digest: image.digest,
        config: found,
        pullLayers: () => explained(() => pullLayers(client, image.layers, directory)),
        close: () => client.close(),
      };
    });
  } catch (error) {
    await client.close();
    throw error;
  }
}

function requireFitting({ config: { size }, layers }: ResolvedImage, limits: Limits): void {
  if (size > mostConfigBytes)
    throw new Failure('too-large', `its config has more than ${mostConfigBytes} bytes`);
  const total = layers.reduce((sum, layer) => sum + layer.size, 0);
  if (total > limits.bytes) {
    throw new Failure(
      'too-large',
      `its layers have ${total} bytes, more than ${limits.bytes}, which is the limit`,
    );
  }
}

async function writeLayout(directory: string, { manifest, bytes }: ResolvedImage): Promise<void> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true });
  await writeFile(blobPath(directory, manifest.digest), bytes);
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

async function pullConfig(
  client: RegistryClient,
  blob: Descriptor,
  directory: string,
): Promise<SourceConfig> {
  const path = blobPath(directory, blob.digest);
  await downloadBlob(client, blob, path);
  try {
    return config.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new Failure('invalid', 'its config is not that of an image', { cause });
  }
}

/** A layer that comes twice is one blob. */
async function pullLayers(
  client: RegistryClient,
  layers: readonly Descriptor[],
  directory: string,
): Promise<void> {
  const blobs = new Map(layers.map((layer) => [layer.digest, layer]));
  for (const blob of blobs.values()) await downloadBlob(client, blob, blobPath(directory, blob.digest));
}

function blobPath(directory: string, digest: Digest): string {
  return join(directory, 'blobs/sha256', hexOf(digest));
}
