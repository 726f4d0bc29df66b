import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { convertDroplet } from '../../convert/convert.ts';
import type { DropletRecord } from '../../droplet/record.ts';
import { DropletRefused } from '../../droplet/refusal.ts';
import { defaultLimits } from '../../droplet/rules.ts';
import { Failure, isFailure } from '../../errors.ts';
import { layerSettings } from '../../layer/settings.ts';
import { requireGuid, requireStack } from '../../oci/names.ts';
import type { DropletOperator, DropletSummary } from '../../operator/operator.ts';
import type { ReadableStore } from '../../store/store.ts';
import { TrialStore } from '../../store/trial.ts';

type Droplet = { guid: string; hash: string; sha256: string; stack?: string | undefined };

/** `before`: what was known of the droplet; undefined of one that would be new */
export type TriedPut = { record: DropletRecord; before: DropletSummary['state'] | undefined };

/**
 * Converts a droplet to nowhere, on this machine, by the rules and within the default bounds: those of a facade may be others.
 * @throws Failure as the put would
 */
export async function tryPut(
  droplets: DropletOperator,
  { guid, hash, sha256, stack }: Droplet,
  file: string,
): Promise<TriedPut> {
  requireGuid(guid);
  if (stack !== undefined) requireStack(stack);
  const known = await droplets.get(guid, hash).catch((error: unknown) => {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  });
  if (known?.record !== undefined && known.record.sourceSha256 !== sha256) {
    throw new Failure(
      'conflict',
      `Droplet ${guid}/${hash} is already known with another content: it is kept`,
    );
  }
  const settings = layerSettings.parse({ compression: 'none' });
  const stores = { sources: onlyFile(file), own: new TrialStore() };
  try {
    const { record } = await convertDroplet(stores, { guid, hash, settings, limits: defaultLimits });
    return { record, before: known?.state };
  } catch (error) {
    if (error instanceof DropletRefused) throw new DropletRefused(`${guid}/${hash}`, error.refusal);
    throw error;
  }
}

/** A source that has one file, whatever it is asked for. */
function onlyFile(path: string): ReadableStore {
  const look = async (key: string) => {
    const { size, mtimeMs } = await stat(path);
    return { key, size, modified: mtimeMs, etag: String(mtimeMs) };
  };
  return {
    stat: look,
    open: async (key) => ({
      info: await look(key),
      body: createReadStream(path, { highWaterMark: 256 * 1024 }),
    }),
    list: async function* () {},
    folders: async function* () {},
  };
}
