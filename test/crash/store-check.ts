import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { needsRecord } from '../../src/droplet/needs.ts';
import { dropletRecord, layerPointerKey, recordKey, refusalRecord } from '../../src/droplet/record.ts';
import { parseSourceKey } from '../../src/droplet/source-key.ts';
import { guidState } from '../../src/droplet/states.ts';
import { layerPointer } from '../../src/layer/pointer.ts';
import { auditEntry } from '../../src/operator/audit/entry.ts';
import { auditFolder, entryKey } from '../../src/operator/audit/keys.ts';
import { readContents } from '../../src/rootfs/contents-record.ts';
import { rootfsKey, rootfsLayerKey } from '../../src/rootfs/keys.ts';
import { rootfsRecord } from '../../src/rootfs/record.ts';
import { stackRecord } from '../../src/rootfs/stack-record.ts';
import { DirectoryReader } from '../../src/store/directory-reader.ts';
import { hash } from '../helpers/tiny.ts';
import { keysBelow } from '../helpers/read.ts';

/** `problems`: what breaks the rules of docs/store.md. `unnamed`: objects that nothing names, for a collector. */
export type StoreCheck = { problems: string[]; unnamed: string[] };

/** Whether a file of a store is of its audit log, which also says what was refused. */
export function isAudit(path: string): boolean {
  return `${path}/`.startsWith(auditFolder);
}

/** Reads everything that is visible in a store on this machine, and follows every name to the bytes. */
export async function checkStore(data: string): Promise<StoreCheck> {
  const check = new Check(data);
  const keys = await keysBelow(new DirectoryReader(data), '');
  for (const key of keys) await check.key(key);
  const objects = keys.filter((key) => key.startsWith('v1/objects/'));
  return { problems: check.problems, unnamed: objects.filter((key) => !check.named.has(key)) };
}

const manifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string() })),
});

class Check {
  readonly problems: string[] = [];
  readonly named = new Set<string>();
  readonly #data: string;
  readonly #store: DirectoryReader;

  constructor(data: string) {
    this.#data = data;
    this.#store = new DirectoryReader(data);
  }

  async key(key: string): Promise<void> {
    const [, kind] = /^(droplets|v1\/[^/]+)\//.exec(key) ?? [];
    const check = this.#kinds[kind ?? key];
    try {
      if (check === undefined) throw new Error('no such key is known');
      await check(key, key.split('/').slice(2));
    } catch (error) {
      this.problems.push(`${key}: ${String(error)}`);
    }
  }

  readonly #kinds: Record<string, (key: string, parts: string[]) => Promise<void>> = {
    droplets: async (key) => {
      const name = parseSourceKey(key.slice('droplets/'.length));
      await this.#bytes(key, name?.hash ?? '');
    },
    'v1/objects': async () => undefined,
    'v1/settings.json': async (key) => void (await this.#json(key, z.object({}))),
    'v1/guids-changed.json': async (key) => void (await this.#json(key, z.object({}))),
    'v1/guids': async (key) => void (await this.#json(key, guidState)),
    'v1/needs': async (key) => void (await this.#json(key, needsRecord)),
    'v1/refusals': async (key) => void (await this.#json(key, refusalRecord)),
    'v1/droplets': async (key, [guid = '', name = '', last = '']) => {
      if (name === 'layers') return this.#pointer(key, last);
      const record = await this.#json(key, dropletRecord);
      if (recordKey(guid, name, record.variant) !== key) throw new Error('it is of another droplet');
      await this.#layer(layerPointerKey(guid, hexOf(record.digest)), record);
    },
    'v1/rootfs': async (key, [stack = '', file = '']) => {
      const record = await this.#json(key, rootfsRecord);
      if (rootfsKey(record.stack, record.version) !== key) throw new Error('it is of another version');
      for (const layer of record.layers) await this.#layer(rootfsLayerKey(stack, hexOf(layer.digest)), layer);
      const contents = await readContents(this.#store, stack, file.slice(0, -'.json'.length));
      if (contents === undefined) throw new Error('its contents are missing');
      await this.#json(`v1/stacks/${stack}.json`, stackRecord);
    },
    'v1/rootfs-layers': async (key, [, hex = '']) => this.#pointer(key, hex),
    'v1/rootfs-contents': async (key) =>
      void (await this.#json(key, z.object({ files: z.array(z.unknown()) }))),
    'v1/stacks': async (key) => {
      const { stack, promoted, placements } = await this.#json(key, stackRecord);
      for (const version of [promoted ?? [], Object.values(placements)].flat()) {
        await this.#json(rootfsKey(stack, version), rootfsRecord);
      }
    },
    'v1/audit': async (key) => {
      const { id } = await this.#json(key, auditEntry);
      if (entryKey(id) !== key) throw new Error('it is of another entry');
    },
    'v1/images': async (key) => this.#served(key),
    'v1/rootfs-images': async (key) => this.#served(key),
  };

  async #pointer(key: string, hex: string): Promise<void> {
    const { object, size } = await this.#json(key, layerPointer);
    this.named.add(object);
    await this.#bytes(object, hex, size);
  }

  async #layer(pointerKey: string, layer: { object: string; digest: string; size: number }): Promise<void> {
    const pointer = await this.#json(pointerKey, layerPointer);
    if (pointer.object !== layer.object) throw new Error(`${pointerKey} leads to ${pointer.object}`);
    await this.#bytes(layer.object, hexOf(layer.digest), layer.size);
  }

  /** A manifest or a config: what it names must be there, in its own folder or as a layer. */
  async #served(key: string): Promise<void> {
    const [folder, hex = ''] = [key.slice(0, key.lastIndexOf('/') + 1), key.split('/').at(-1)];
    await this.#bytes(key, hex);
    const parsed = manifest.safeParse(await this.#json(key, z.object({}).loose()));
    if (!parsed.success) return;
    const { config, layers } = parsed.data;
    await this.#bytes(folder + hexOf(config.digest), hexOf(config.digest));
    const pointers = (await keysBelow(this.#store, 'v1/')).filter((name) => !name.startsWith('v1/images/'));
    for (const { digest } of layers) {
      if (!pointers.some((name) => name.endsWith(`/${hexOf(digest)}`))) throw new Error(`no layer ${digest}`);
    }
  }

  async #json<T>(key: string, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(JSON.parse(await readFile(join(this.#data, key), 'utf8')));
  }

  async #bytes(key: string, hex: string, size?: number): Promise<void> {
    const path = join(this.#data, key);
    const found = await stat(path, { bigint: true });
    if (size !== undefined && Number(found.size) !== size) throw new Error(`${key} has ${found.size} bytes`);
    const algorithm = hex.length === 40 ? 'sha1' : 'sha256';
    const id = `${algorithm} ${path} ${found.ino} ${found.mtimeNs} ${found.size}`;
    const actual = hashes.get(id) ?? hash(algorithm, await readFile(path));
    hashes.set(id, actual);
    if (actual !== hex) throw new Error(`${key} hashes to ${actual}, not to ${hex}`);
  }
}

/** Files that were not written since need not be read again: stores grow from round to round. */
const hashes = new Map<string, string>();

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
