import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ByteRange, Condition, ObjectInfo, OpenObject, Store } from '../../src/store/store.ts';

export type Call = { method: 'stat' | 'open' | 'list' | 'put' | 'remove'; key: string };

export type MemoryOptions = {
  /** milliseconds since the epoch: the times of what is written */
  clock?: () => number;
  /** `bytes`: writing the same bytes again keeps the etag, as S3 does */
  etags?: 'unique' | 'bytes';
  /** Is waited for before each call takes effect, which it then does in one go. */
  before?: (call: Call) => Promise<void>;
};

type Kept = { bytes: Buffer; modified: number; etag: string };

/** A store in memory, whose calls take effect one after the other, at times of the caller's choice. */
export class MemoryStore implements Store {
  readonly objects: Map<string, Kept>;
  readonly #options: Required<MemoryOptions>;

  constructor(options: MemoryOptions = {}, objects = new Map<string, Kept>()) {
    this.objects = objects;
    this.#options = { clock: Date.now, etags: 'unique', before: async () => undefined, ...options };
  }

  /** The same objects as somebody else sees them. */
  view(before: (call: Call) => Promise<void>): MemoryStore {
    return new MemoryStore({ ...this.#options, before }, this.objects);
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    await this.#options.before({ method: 'stat', key });
    return this.#info(key);
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    await this.#options.before({ method: 'open', key });
    const [info, kept] = [this.#info(key), this.objects.get(key)];
    if (info === undefined || kept === undefined) return undefined;
    const end = range?.end === undefined ? undefined : range.end + 1;
    const bytes = kept.bytes.subarray(range?.start ?? 0, end);
    return { info, body: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }) };
  }

  /** As large stores do, page by page: what comes or goes meanwhile may be in it or not. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
    await this.#options.before({ method: 'list', key: prefix });
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys) {
      const info = this.#info(key);
      if (info !== undefined) yield info;
    }
  }

  async *folders(prefix: string): AsyncIterable<string> {
    if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
    await this.#options.before({ method: 'list', key: prefix });
    const below = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    const paths = below.map((key) => key.slice(prefix.length).split('/'));
    yield* new Set(paths.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : [])));
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    condition?: Condition,
  ): Promise<ObjectInfo | undefined> {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : await buffer(body);
    await this.#options.before({ method: 'put', key });
    const present = this.objects.get(key);
    if (condition === 'absent' && present !== undefined) return undefined;
    if (typeof condition === 'object' && present?.etag !== condition.etag) return undefined;
    const etag =
      this.#options.etags === 'unique' ? randomUUID() : createHash('md5').update(bytes).digest('hex');
    this.objects.set(key, { bytes, modified: this.#options.clock(), etag });
    return this.#info(key);
  }

  async remove(key: string): Promise<void> {
    await this.#options.before({ method: 'remove', key });
    this.objects.delete(key);
  }

  #info(key: string): ObjectInfo | undefined {
    const kept = this.objects.get(key);
    if (kept === undefined) return undefined;
    return { key, size: kept.bytes.length, modified: kept.modified, etag: kept.etag };
  }
}
