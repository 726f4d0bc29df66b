import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '../../errors.ts';
import { canonicalJson } from '../../oci/canonical-json.ts';
import type { RootfsOperator } from '../../operator/operator.ts';
import { importImage } from '../../rootfs/import-image.ts';
import { importRootfs, type ImportRequest } from '../../rootfs/import.ts';
import { rootfsKey, stackKey } from '../../rootfs/keys.ts';
import type { RootfsRecord } from '../../rootfs/record.ts';
import type { RegistryOptions } from '../../rootfs/registry/registry-client.ts';
import { promotion } from '../../rootfs/stack-change.ts';
import { TrialStore } from '../../store/trial.ts';

type Request = Omit<ImportRequest, 'path' | 'temporaryDirectory'> &
  RegistryOptions & {
    /** whether it is to be promoted then */
    promote: boolean;
  } & ({ path: string } | { reference: string });

/**
 * Imports a version to nowhere, beside the records that a facade or a store has of it: all is read and verified as an import
 * does, on this machine.
 * @throws Failure as the import would
 */
export async function tryImport(
  rootfs: RootfsOperator,
  request: Request,
): Promise<{ record: RootfsRecord; isKnown: boolean }> {
  const { stack, version } = request;
  const store = new TrialStore();
  const present = await ifThere(rootfs.version(stack, version));
  const record = await ifThere(rootfs.stack(stack));
  if (present !== undefined) await store.put(rootfsKey(stack, version), canonicalJson(present));
  if (record !== undefined && request.promote) promotion(record, version);
  if (record !== undefined) await store.put(stackKey(stack), canonicalJson(record));
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'dropstack-'));
  try {
    const wanted = { ...request, temporaryDirectory };
    const imported = await ('path' in wanted ? importRootfs(store, wanted) : importImage(store, wanted));
    return { record: imported, isKnown: present !== undefined };
  } finally {
    await rm(temporaryDirectory, { recursive: true, force: true });
  }
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  }
}
