import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type GetObjectCommandOutput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { requireKey } from '../key.ts';
import type { ByteRange, Condition, ObjectInfo, OpenObject, Presigns, Store } from '../store.ts';
import { createS3Client } from './client.ts';
import { isAnswer, s3Failure } from './failure.ts';
import { defaultTimeouts, type Timeouts } from './handler.ts';
import { Incoming } from './incoming.ts';
import type { S3Location } from './location.ts';
import { maxSize, putObject, sumName } from './put.ts';

/** No object of S3's has a longer key. */
const maxKeyBytes = 1024;

/** What S3 says of a key that no object has. */
const absent = ['NoSuchKey', 'KeyTooLongError'];

type Target = { Bucket: string; Key: string };

/** A part of an S3 bucket as a store, for any number of processes. */
export class S3Store implements Store, Presigns {
  readonly #location: S3Location;
  readonly #client: S3Client;

  constructor(location: S3Location, timeouts: Partial<Timeouts> = {}) {
    this.#location = location;
    this.#client = createS3Client(location, { ...defaultTimeouts, ...timeouts });
  }

  /** Asks for one byte: the answer to a HEAD has no body, so a bucket that is missing looks like a key that is. */
  async stat(key: string): Promise<ObjectInfo | undefined> {
    const object = await this.open(key, { start: 0, end: 0 });
    object?.body.on('error', ignore).resume();
    return object?.info;
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    const target = this.#target(key);
    if (target === undefined) return undefined;
    const isWhole = range === undefined || (range.start === 0 && range.end === undefined);
    const Range = isWhole ? undefined : `bytes=${range.start}-${range.end ?? ''}`;
    return this.#do(`read ${key}`, async () => {
      try {
        const found = await this.#client.send(new GetObjectCommand({ ...target, Range }));
        return openObject(key, found, isWhole ? undefined : range.start);
      } catch (error) {
        if (isAnswer(error, ...absent)) return undefined;
        if (isAnswer(error, 416)) return this.#openNothing(key, target);
        throw error;
      }
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const { length } = this.#location.prefix;
    yield* this.#listed(prefix, {}, ({ Contents = [] }) =>
      // Other programs make folders of S3's: empty objects whose keys end in a slash.
      Contents.flatMap((found) =>
        found.Key === undefined || found.Key.endsWith('/')
          ? []
          : [infoOf(found.Key.slice(length), found.Size, found)],
      ),
    );
  }

  async *folders(prefix: string): AsyncIterable<string> {
    const length = this.#location.prefix.length + prefix.length;
    yield* this.#listed(prefix, { Delimiter: '/' }, ({ CommonPrefixes = [] }) =>
      CommonPrefixes.map(({ Prefix: found = '' }) => found.slice(length, -1)),
    );
  }

  async *#listed<T>(
    prefix: string,
    more: { Delimiter?: string },
    read: (page: ListObjectsV2CommandOutput) => T[],
  ): AsyncIterable<T> {
    if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
    const { bucket, prefix: own } = this.#location;
    const asked = { Bucket: bucket, Prefix: own + prefix, ...more };
    try {
      for await (const page of paginateListObjectsV2({ client: this.#client }, asked)) yield* read(page);
    } catch (error) {
      throw s3Failure(`list ${prefix}`, this.#location, error);
    }
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    condition?: Condition,
  ): Promise<ObjectInfo | undefined> {
    requireKey(key);
    const incoming = body instanceof Uint8Array ? body : new Incoming(body, maxSize);
    try {
      const info = await putObject(this.#client, this.#inBucket(key), incoming, condition);
      return info === undefined ? undefined : { key, ...info };
    } catch (error) {
      if (incoming instanceof Incoming && incoming.failure !== undefined) throw incoming.failure.reason;
      throw s3Failure(`write ${key}`, this.#location, error);
    } finally {
      if (!(body instanceof Uint8Array)) body.destroy();
    }
  }

  async remove(key: string): Promise<void> {
    const target = this.#target(key);
    if (target === undefined) return;
    await this.#do(`remove ${key}`, async () => {
      await this.#client.send(new DeleteObjectCommand(target)).catch(unlessAbsent);
    });
  }

  async presign(key: string, seconds: number): Promise<string> {
    requireKey(key);
    const command = new GetObjectCommand(this.#inBucket(key));
    return this.#do(`sign a URL of ${key}`, async () => {
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      return getSignedUrl(this.#client, command, { expiresIn: seconds });
    });
  }

  async isPlain(key: string, size: number): Promise<boolean> {
    const target = this.#target(key);
    if (target === undefined) return false;
    return this.#do(`look at ${key}`, async () => {
      const found = await this.#client.send(new HeadObjectCommand(target)).catch(unlessAbsent);
      return found?.ContentLength === size && (found.ContentEncoding ?? '') === '';
    });
  }

  /** Where a key is, or undefined where no object can have it. */
  #target(key: string): Target | undefined {
    requireKey(key);
    const target = this.#inBucket(key);
    return Buffer.byteLength(target.Key) > maxKeyBytes ? undefined : target;
  }

  #inBucket(key: string): Target {
    return { Bucket: this.#location.bucket, Key: this.#location.prefix + key };
  }

  async #do<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw s3Failure(action, this.#location, error);
    }
  }

  /** An object that has none of the bytes that were asked for. */
  async #openNothing(key: string, target: Target): Promise<OpenObject | undefined> {
    const found = await this.#client.send(new HeadObjectCommand(target)).catch(unlessAbsent);
    return found && { info: infoOf(key, found.ContentLength, found), body: Readable.from([]) };
  }
}

/** @param start of the range that was asked for */
function openObject(key: string, found: GetObjectCommandOutput, start: number | undefined): OpenObject {
  const { Body: body, ContentLength, ContentRange } = found;
  if (!(body instanceof Readable)) throw new Error('the answer has no body');
  try {
    const size = start === undefined ? ContentLength : sizeInRange(ContentRange, start);
    const sha256 = start === undefined ? found.Metadata?.[sumName] : undefined;
    return { info: infoOf(key, size, found), body, sha256 };
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** The size of the whole object, in bytes. @throws Error where it is another range than the one that begins at `start` */
function sizeInRange(contentRange: string | undefined, start: number): number {
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '') ?? [];
  if (Number(first) !== start) throw new Error('it gave other bytes than the range that was asked for');
  return Number(size);
}

/** @throws Error of an answer without a size or an etag, which S3 always gives */
function infoOf(
  key: string,
  size: number | undefined,
  { ETag: etag, LastModified: modified }: { ETag?: string | undefined; LastModified?: Date | undefined },
): ObjectInfo {
  if (size === undefined || etag === undefined) throw new Error('the answer has no size or no etag');
  return { key, size, modified: modified?.getTime() ?? 0, etag };
}

function unlessAbsent(error: unknown): undefined {
  if (!isAnswer(error, 'NotFound', ...absent)) throw error;
}

function ignore(): void {
  // What is known was in the head of the answer.
}
