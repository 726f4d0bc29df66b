import { pipeline } from 'node:stream';
import { Failure } from '../errors.ts';
import { compressor } from '../layer/compress.ts';
import { Meter } from '../layer/meter.ts';
import { publishLayer } from '../layer/pointer.ts';
import { digestOfHex, hexOf, type Digest } from '../oci/digest.ts';
import type { Store } from '../store/store.ts';
import type { VerifiedLayer } from './inspect.ts';
import { rootfsLayerKey } from './keys.ts';
import type { RootfsLayer } from './record.ts';
import { newObjectKey } from '../store/objects.ts';

/** Once for all the pulls that follow. */
const level = 6;

/** The layers of one import on their way into the store: first all their bytes, then the pointers to them. */
export class StoredLayers {
  readonly #store: Store;
  readonly #stack: string;
  readonly #layers: RootfsLayer[] = [];

  constructor(store: Store, stack: string) {
    this.#store = store;
    this.#stack = stack;
  }

  /**
   * Stores a layer's bytes, as they are, or gzipped where they are a plain tar.
   * @throws Failure `mismatch` where they are no longer those that were verified
   */
  async add(layer: VerifiedLayer): Promise<void> {
    const plain = layer.compression === 'none';
    const { mediaType, stream } = plain ? compressor('gzip', { level }) : { mediaType: layer.mediaType };
    const input = new Meter('sha256');
    const output = new Meter('sha256');
    pipeline([layer.open(), input, ...(stream === undefined ? [] : [stream]), output], () => {
      // An error of any step destroys `output` with that error, and so reaches put().
    });
    const object = newObjectKey();
    await this.#store.put(object, output);
    const digest = digestOfHex(output.hex('sha256'));
    this.#layers.push({ mediaType, digest, diffId: layer.diffId, size: output.size, object });
    requireUnchanged(layer, digestOfHex(input.hex('sha256')));
  }

  /** Makes the layers known by their digests, one by one; see `publishLayer`. */
  async publish(): Promise<RootfsLayer[]> {
    const published: RootfsLayer[] = [];
    for (let layer = this.#layers.shift(); layer !== undefined; layer = this.#layers.shift()) {
      const { object, size, mediaType } = layer;
      const key = rootfsLayerKey(this.#stack, hexOf(layer.digest));
      const pointer = await publishLayer(this.#store, key, { object, size, mediaType });
      published.push({ ...layer, object: pointer.object });
    }
    return published;
  }

  /** Removes what was stored and not published. */
  async discard(): Promise<void> {
    for (const { object } of this.#layers) await this.#store.remove(object).catch(() => {});
  }
}

function requireUnchanged({ name, digest: expected }: VerifiedLayer, found: Digest): void {
  if (found === expected) return;
  throw new Failure('mismatch', `Cannot import ${name}: its file was changed while it was read; try again`, {
    expected,
    found,
  });
}
