import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../errors.ts';
import type { Condition, ObjectInfo } from '../store.ts';
import { isAnswer } from './failure.ts';
import type { Incoming } from './incoming.ts';

/** Of this size are the parts of a large object, and so many are sent at once: what an upload holds in memory. */
const partSize = 8 * 1024 * 1024;
const partsAtOnce = 3;
/** S3's own bound is a number of parts. */
export const maxSize = 10_000 * partSize;

/** Metadata by which a put knows its own object again, when the answer to it was lost. */
const nonceName = 'dropstack-put';

/** Metadata by which a reader knows that it has the bytes that were put: their SHA-256, of objects that go in one piece. */
export const sumName = 'dropstack-sha256';

/** A conditional put that met another one is tried again so often. */
const attempts = 6;

type Target = { Bucket: string; Key: string };
type Put = Target & {
  Metadata: Record<string, string>;
  IfNoneMatch?: string;
  IfMatch?: string;
};

/** What is known of an object that was put. `modified` is by our clock: the store does not say. */
export type PutInfo = Omit<ObjectInfo, 'key'>;

/**
 * Puts an object: in one piece where it is small, else in parts while it arrives. Undefined where `condition` did not hold.
 * @throws Failure `busy`; what the body fails with; errors of the SDK
 */
export async function putObject(
  client: S3Client,
  target: Target,
  body: Uint8Array | Incoming,
  condition: Condition | undefined,
): Promise<PutInfo | undefined> {
  const put: Put = { ...target, Metadata: { [nonceName]: randomUUID() }, ...headersOf(condition) };
  if (body instanceof Uint8Array) return putBytes(client, put, body);
  const begun = await body.begin(partSize);
  if ('whole' in begun) return putBytes(client, put, begun.whole);
  const etag = await putParts(client, put, begun.pieces);
  return etag === undefined ? undefined : infoOf(body.size, etag);
}

function headersOf(condition: Condition | undefined): Pick<Put, 'IfNoneMatch' | 'IfMatch'> {
  if (condition === undefined) return {};
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
}

async function putBytes(client: S3Client, put: Put, bytes: Uint8Array): Promise<PutInfo | undefined> {
  const Metadata = { ...put.Metadata, [sumName]: createHash('sha256').update(bytes).digest('hex') };
  for (let attempt = 1; ; attempt++) {
    try {
      const { ETag = '' } = await client.send(new PutObjectCommand({ ...put, Metadata, Body: bytes }));
      return infoOf(bytes.length, ETag);
    } catch (error) {
      if (didNotHold(put, error)) {
        const own = await ownEtag(client, put);
        return own === undefined ? undefined : infoOf(bytes.length, own);
      }
      if (!isAnswer(error, 409)) throw error;
      if (attempt === attempts) throw contested(put);
      await sleep(50 * 2 ** attempt * Math.random());
    }
  }
}

/** @returns the etag, or undefined where the condition did not hold */
async function putParts(
  client: S3Client,
  put: Put,
  pieces: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  const params = { ...put, Body: Readable.from(pieces) };
  const upload = new Upload({ client, params, partSize, queueSize: partsAtOnce });
  try {
    const { ETag = '' } = await upload.done();
    return ETag;
  } catch (error) {
    const [lost, conflict] = [didNotHold(put, error), isAnswer(error, 409)];
    // Some stores put parts together once: the second try after a lost answer finds none.
    if (!lost && !conflict && !isAnswer(error, 'NoSuchUpload')) throw error;
    const own = await ownEtag(client, put);
    if (own !== undefined || lost) return own;
    throw conflict ? contested(put) : error;
  }
}

/** 412; and 404 where an etag was wanted and nothing is there. */
function didNotHold({ IfMatch }: Put, error: unknown): boolean {
  return isAnswer(error, 412) || (IfMatch !== undefined && isAnswer(error, 'NoSuchKey', 'NotFound'));
}

/**
 * What we have put ourselves, where the store carried a put out, the answer was lost, and the SDK tried once more: that one
 * fails because of the first.
 */
async function ownEtag(client: S3Client, { Bucket, Key, Metadata }: Put): Promise<string | undefined> {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket, Key }));
    return found.Metadata?.[nonceName] === Metadata[nonceName] ? found.ETag : undefined;
  } catch (error) {
    if (isAnswer(error, 404)) return undefined;
    throw error;
  }
}

function infoOf(size: number, etag: string): PutInfo {
  return { size, modified: Date.now(), etag };
}

function contested({ Key }: Put): Failure {
  return new Failure('busy', `Too many others write ${Key} at this moment: try again`, { retryAfter: 1 });
}
