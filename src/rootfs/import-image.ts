import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfHex } from '../oci/digest.ts';
import { requireStack, requireVersion } from '../oci/names.ts';
import { storeFailure } from '../store/directory-reader.ts';
import { readRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { importRootfs, type ImportRequest } from './import.ts';
import { rootfsKey } from './keys.ts';
import { announcedHex } from './read/announced-hex.ts';
import type { SourceConfig } from './read/documents.ts';
import { defaultLimits } from './read/limits.ts';
import { rootfsRecord, type RootfsRecord } from './record.ts';
import { requireImageReference } from './registry/image-reference.ts';
import type { RegistryOptions } from './registry/registry-client.ts';
import { openRemoteImage } from './registry/remote-image.ts';
import { requirePlatform } from './require-platform.ts';
import { requireSameVersion } from './same-version.ts';

/** `sha256`: of the manifest, or of the index where the reference means one; in hex, with or without `sha256:` before it. */
export type ImageRequest = Omit<ImportRequest, 'path' | 'name' | 'pulled'> &
  RegistryOptions & {
    /** see `readImageReference` */
    reference: string;
  };

/**
 * Imports a version from an image in a registry. Of a version that is there already no layer is pulled. What is pulled lies in
 * the temporary directory meanwhile, and is verified as any import is.
 * @throws Failure as `importRootfs` does; `denied`, `not-found`, `unavailable` where the registry does not give it
 */
export async function importImage(store: Store, request: ImageRequest): Promise<RootfsRecord> {
  const { stack, version, temporaryDirectory, limits = defaultLimits } = request;
  requireStack(stack);
  requireVersion(version);
  requirePlatform(request);
  const reference = requireImageReference(request.reference);
  const hex = announcedHex(request.sha256);
  const directory = join(temporaryDirectory, `${randomUUID()}.pull`);
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    throw storeFailure(`pull ${reference.text}`, temporaryDirectory, error);
  });
  try {
    const expected = hex === undefined ? undefined : digestOfHex(hex);
    const image = await openRemoteImage(reference, directory, { ...request, expected, limits });
    try {
      const present = await readRecord(store, rootfsKey(stack, version), rootfsRecord);
      if (present !== undefined) return requireSameVersion(present, announced(request, image.config));
      await image.pullLayers();
    } finally {
      await image.close();
    }
    return await importRootfs(store, {
      ...request,
      path: directory,
      name: reference.text,
      pulled: image.digest,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the version would be, as far as the image itself tells. */
function announced(request: ImageRequest, config: SourceConfig): Parameters<typeof requireSameVersion>[1] {
  const { stack, version, os = config.os, architecture = config.architecture } = request;
  const osVersion = request.osVersion ?? config['os.version'];
  const layers = config.rootfs.diff_ids.map((diffId) => ({ diffId }));
  return {
    stack,
    version,
    os,
    architecture,
    layers,
    ...(osVersion === undefined ? {} : { osVersion }),
    ...(config.variant === undefined ? {} : { variant: config.variant }),
  };
}
