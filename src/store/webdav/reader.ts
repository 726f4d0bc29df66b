import { Readable } from 'node:stream';
import { requireKey } from '../key.ts';
import type { ByteRange, ObjectInfo, OpenObject, ReadableStore } from '../store.ts';
import { childrenOf, type Child } from './children.ts';
import { defaultTimeouts, dismiss, WebdavClient, type Answer, type Timeouts } from './client.ts';
import { UnexpectedAnswer, webdavFailure } from './failure.ts';
import { etagOf, infoOf, sizeInRange } from './head.ts';
import type { WebdavLocation } from './location.ts';
import { parseMultistatus, wantedProperties } from './multistatus.ts';

/** The most that a list of one folder may be, in bytes: some 20,000 entries. */
const maxList = 8 * 1024 * 1024;
/** Folders below folders; more is a link that leads to itself. */
const maxDepth = 32;
/** For so long after the base folder was seen, in milliseconds, an absence below it is believed. */
const seenFor = 3_000;

/** A folder of a WebDAV server, such as Cloud Foundry's internal blobstore, as a store to read from. */
export class WebdavReader implements ReadableStore {
  readonly #location: WebdavLocation;
  readonly #base: URL;
  readonly #client: WebdavClient;
  #baseSeen = -Infinity;

  /** @throws Failure `invalid` when the authorities cannot be read */
  constructor(location: WebdavLocation, timeouts: Partial<Timeouts> = {}) {
    this.#location = location;
    this.#base = new URL(location.url);
    this.#client = new WebdavClient(location, { ...defaultTimeouts, ...timeouts });
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
    if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
    if (prefix !== '') requireKey(prefix.slice(0, -1));
    yield* this.#walk(prefix, 0);
  }

  /** Breaks all connections. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async #stat(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.#client.ask('HEAD', this.#urlOf(key));
    dismiss(answer);
    if (await this.#isAbsent(key, answer)) return undefined;
    requireStatus(answer, 200);
    return infoOf(key, answer);
  }

  async #openWhole(key: string): Promise<OpenObject | undefined> {
    const answer = await this.#client.ask('GET', this.#urlOf(key));
    return orDismissed(answer, async () => {
      if (await this.#isAbsent(key, answer)) return undefined;
      requireStatus(answer, 200);
      return { info: infoOf(key, answer), body: answer.body };
    });
  }

  async #openRange(key: string, range: ByteRange): Promise<OpenObject | undefined> {
    const headers = { range: `bytes=${range.start}-${range.end ?? ''}` };
    const answer = await this.#client.ask('GET', this.#urlOf(key), { headers });
    return orDismissed(answer, async () => {
      if (await this.#isAbsent(key, answer)) return undefined;
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
    const children = await this.#do(`list ${prefix === '' ? 'all' : prefix}`, async () => {
      if (depth > maxDepth) throw new Error(`there are more than ${maxDepth} folders below each other`);
      return this.#childrenOf(prefix);
    });
    for (const { name, isFolder, size, modified, etag } of children) {
      const key = prefix + name;
      if (key.startsWith('.')) continue;
      if (isFolder) yield* this.#walk(`${key}/`, depth + 1);
      else if (size !== undefined) yield { key, size, modified, etag: etag ?? etagOf(size, modified) };
    }
  }

  async #childrenOf(prefix: string): Promise<Child[]> {
    const url = this.#urlOf(prefix);
    const answer = await this.#askProperties(url, '1');
    if (prefix !== '' && (await this.#isAbsent(prefix, answer))) {
      dismiss(answer);
      return [];
    }
    const children = await orDismissed(answer, async () => {
      requireStatus(answer, 207);
      return childrenOf(parseMultistatus(await readText(answer)), url);
    });
    const unsized = children.find(({ isFolder, size }) => !isFolder && size === undefined);
    if (unsized !== undefined) throw new Error(`it does not say the size of ${unsized.href}`);
    return children;
  }

  /** Whether nothing is there: only ever said while the base folder is. */
  async #isAbsent(key: string, answer: Answer): Promise<boolean> {
    if (!saysAbsent(answer, this.#urlOf(key))) return false;
    if (performance.now() - this.#baseSeen < seenFor) return true;
    const asked = performance.now();
    const base = await this.#askProperties(this.#base, '0');
    dismiss(base);
    requireStatus(base, 207);
    this.#baseSeen = asked;
    return true;
  }

  #askProperties(url: URL, depth: '0' | '1'): Promise<Answer> {
    const headers = { depth, 'content-type': 'application/xml' };
    return this.#client.ask('PROPFIND', url, { headers, body: wantedProperties });
  }

  /** Of a key, or of a prefix with its slash. */
  #urlOf(key: string): URL {
    return new URL(key.split('/').map(encodeURIComponent).join('/'), this.#base);
  }

  async #do<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw webdavFailure(action, this.#location, error);
    }
  }
}

/** No such path, or one that no file system has, or a folder: of that we are sent to the same path with a slash. */
function saysAbsent({ statusCode, headers }: Answer, asked: URL): boolean {
  if (statusCode !== 301) return statusCode === 404 || statusCode === 414;
  const to = URL.parse(String(headers['location']), asked);
  return to?.pathname === `${asked.pathname}/`;
}

function requireStatus({ statusCode }: Answer, wanted: number): void {
  if (statusCode !== wanted) throw new UnexpectedAnswer(statusCode);
}

/** Of an object of which the server gives all, though a range was asked for, as nginx does of an empty one. */
function wholeOf(key: string, answer: Answer): ObjectInfo {
  requireStatus(answer, 200);
  return infoOf(key, answer);
}

/** Leaves the answer's body where `work` gives none of it. */
async function orDismissed<T>(answer: Answer, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    if (result === undefined) dismiss(answer);
    return result;
  } catch (error) {
    dismiss(answer);
    throw error;
  }
}

async function readText({ body }: Answer): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > maxList) throw new Error(`it lists more than ${maxList} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
