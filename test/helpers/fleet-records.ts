import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { layerPointerKey, recordKey, refusalKey } from '../../src/droplet/record.ts';
import { sourceKey, uploadsPrefix } from '../../src/droplet/source-key.ts';
import { guidStateKey } from '../../src/droplet/states.ts';

export type FleetSize = {
  apps: number;
  /** of these */
  refused: number;
};

export const fleetRule = 'outside';

/** Writes what an own store holds of a fleet into its directory, so that nothing is converted: each app has a droplet and a stack. */
export async function writeFleet(
  directory: string,
  stack: string,
  { apps, refused }: FleetSize,
): Promise<string[]> {
  const guids = Array.from({ length: apps }, (_, nth) => fleetGuid(nth));
  const write = async (key: string, text: string): Promise<void> => {
    const path = join(directory, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const writeAll = async (nth: number): Promise<void> => {
    const guid = fleetGuid(nth);
    const hash = createHash('sha1').update(guid).digest('hex');
    for (const [key, value] of nth < refused ? refusalOf(guid, hash, nth) : conversionOf(guid, hash))
      await write(key, JSON.stringify(value));
    await write(uploadsPrefix + sourceKey(guid, hash), 'no droplet');
    await write(guidStateKey(guid), JSON.stringify({ format: 1, stack, deleted: {} }));
  };
  for (let nth = 0; nth < apps; nth += 8)
    await Promise.all(Array.from({ length: Math.min(8, apps - nth) }, (_, i) => writeAll(nth + i)));
  return guids;
}

function fleetGuid(nth: number): string {
  const hex = createHash('sha256').update(`app ${nth}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function conversionOf(guid: string, hash: string): [string, object][] {
  const hex = createHash('sha256').update(hash).digest('hex');
  const object = `v1/objects/${guid}`;
  return [
    [layerPointerKey(guid, hex), { object, size: 1, mediaType: 'x' }],
    [recordKey(guid, hash, 'f1-zstd'), { format: 1, guid, hash, object }],
  ];
}

function refusalOf(guid: string, hash: string, nth: number): [string, object][] {
  const at = new Date(Date.UTC(2001, 0) + nth * 60_000).toISOString();
  const why = {
    rule: fleetRule,
    entry: `../etc/${String(nth).padStart(6, '0')}`,
    offset: 512,
    detail: 'The path leads out of the droplet',
  };
  return [[refusalKey(guid, hash), { format: 1, guid, hash, rulesVersion: 1, conditions: '', ...why, at }]];
}
