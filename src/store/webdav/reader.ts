import { Readable } from 'node:stream';
import { requireKey } from '../key.ts';
import type { ByteRange, ObjectInfo, OpenObject, ReadableStore } from '../store.ts';
import type { Child } from './children.ts';
import { defaultTimeouts, dismiss, orDismissed, WebdavClient, type Answer, type Timeouts } from './client.ts';
import { webdavFailure } from './failure.ts';
import { requireStatus, WebdavFolder } from './folder.ts';
import { infoOf, sizeInRange } from './head.ts';
import type { WebdavLocation } from './location.ts';

/** Folders below folders; more is a link that leads to itself. */
const maxDepth = 32;

/** A folder of a WebDAV server, such as Cloud Foundry's internal blobstore, as a store to read from. */
export class WebdavReader implements ReadableStore {
  readonly #location: WebdavLocation;
  readonly #client: WebdavClient;
  readonly #folder: WebdavFolder;

  /** @throws Failure `invalid` when the authorities cannot be read */
  constructor(location: WebdavLocation, timeouts: Partial<Timeouts> = {}) {
    this.#location = location;
    this.#client = new WebdavClient(location, { ...defaultTimeouts, ...timeouts });
    this.#folder = new WebdavFolder(this.#client, location.url);
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    requireKey(key);
    return this.#do(`read ${key}`, async () => this.#stat(key));
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    requireKey(key);
    return this.#do(`read ${key}`, async () => {
      if (range === undefined || (range.start === 0 && range.end === undefined)) return this.#openWhole(key);
      return this.#openRange(key, range);
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    requirePrefix(prefix);
    yield* this.#walk(prefix, 0);
  }

  async *folders(prefix: string): AsyncIterable<string> {
    requirePrefix(prefix);
    for (const { name, file } of await this.#children(prefix))
      if (file === undefined && !(prefix + name).startsWith('.')) yield name;
  }

  /** Breaks all connections. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async #stat(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.#folder.ask('HEAD', key);
    dismiss(answer);
    if (await this.#folder.isAbsent(key, answer)) return undefined;
    requireStatus(answer, 200);
    return infoOf(key, answer);
  }

  async #openWhole(key: string): Promise<OpenObject | undefined> {
    const answer = await this.#folder.ask('GET', key);
    return orDismissed(answer, async () => {
      if (await this.#folder.isAbsent(key, answer)) return undefined;
      requireStatus(answer, 200);
      return { info: infoOf(key, answer), body: answer.body };
    });
  }

  async #openRange(key: string, range: ByteRange): Promise<OpenObject | undefined> {
    const headers = { range: `bytes=${range.start}-${range.end ?? ''}` };
    const answer = await this.#folder.ask('GET', key, headers);
    return orDismissed(answer, async () => {
      if (await this.#folder.isAbsent(key, answer)) return undefined;
      if (answer.statusCode === 206)
        return { info: infoOf(key, answer, sizeInRange(answer, range)), body: answer.body };
      const info = answer.statusCode === 416 ? await this.#stat(key) : wholeOf(key, answer);
      // An object that has none of the bytes that were asked for.
      if (info === undefined || range.start >= info.size) {
        dismiss(answer);
        return info && { info, body: Readable.from([]) };
      }
      throw new Error('it gives no ranges');
    });
  }

  async *#walk(prefix: string, depth: number): AsyncIterable<ObjectInfo> {
    for (const { name, file } of await this.#children(prefix, depth)) {
      const key = prefix + name;
      if (key.startsWith('.')) continue;
      if (file === undefined) yield* this.#walk(`${key}/`, depth + 1);
      else yield { key, ...file };
    }
  }

  async #children(prefix: string, depth = 0): Promise<Child[]> {
    return this.#do(`list ${prefix === '' ? 'all' : prefix}`, async () => {
      if (depth > maxDepth) throw new Error(`there are more than ${maxDepth} folders below each other`);
      return this.#folder.childrenOf(prefix);
    });
  }

  async #do<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw webdavFailure(action, this.#location, error);
    }
  }
}

function requirePrefix(prefix: string): void {
  if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
  if (prefix !== '') requireKey(prefix.slice(0, -1));
}

/** Of an object of which the server gives all, though a range was asked for, as nginx does of an empty one. */
function wholeOf(key: string, answer: Answer): ObjectInfo {
  requireStatus(answer, 200);
  return infoOf(key, answer);
}
