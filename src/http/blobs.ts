import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import type { Blob, Blobs } from '../image/blobs.ts';
import { parseDigest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import type { ByteRange, ReadableStore } from '../store/store.ts';
import { ifRangeMatches, multipartRanges, noneMatch, parseRange } from './range.ts';

const contentType = 'application/octet-stream';

/** `GET|HEAD /v2/<name>/blobs/<digest>` (distribution-spec "Pulling blobs"; ranges by RFC 9110 §14). */
export async function sendBlob(
  ctx: Context,
  { blobs, store }: { blobs: Blobs; store: ReadableStore },
  repository: Repository,
  text: string,
): Promise<void> {
  const digest = parseDigest(text);
  const blob = digest === undefined ? undefined : await blobs.find(repository, digest);
  if (blob === undefined || digest === undefined) {
    throw new Failure('not-found', `No blob ${text} in ${repository.name}`, { reason: 'BLOB_UNKNOWN' });
  }
  ctx.set('Docker-Content-Digest', digest);
  await sendBytes(ctx, blob, store, `"${digest}"`);
}

/** Any bytes that never change under their `etag`, whole or in ranges. */
export async function sendBytes(ctx: Context, blob: Blob, store: ReadableStore, etag: string): Promise<void> {
  const { size } = blob;
  ctx.set('ETag', etag);
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Content-Type', contentType);
  if (noneMatch(ctx.get('If-None-Match'), etag)) {
    ctx.status = 304;
    return;
  }
  // A Range has no meaning for a HEAD (RFC 9110 §14.2).
  const conditional = ctx.get('If-Range');
  const applies = ctx.method === 'GET' && (conditional === '' || ifRangeMatches(conditional, etag));
  const wanted = applies ? parseRange(ctx.get('Range'), size) : ({ kind: 'whole' } as const);
  if (wanted.kind === 'unsatisfiable') {
    ctx.status = 416;
    ctx.set('Content-Range', `bytes */${size}`);
    ctx.set('Content-Length', '0');
    ctx.body = null;
    ctx.status = 416;
    return;
  }
  const [first, ...others] = wanted.kind === 'whole' ? [] : wanted.ranges;
  if (first === undefined) {
    ctx.status = 200;
    await send(ctx, size, [{ bytes: blob, range: { start: 0, end: size - 1 } }], store);
  } else if (others.length === 0) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${first.start}-${first.end}/${size}`);
    await send(ctx, first.end - first.start + 1, [{ bytes: blob, range: first }], store);
  } else {
    const ranges = [first, ...others];
    const multipart = multipartRanges(ranges, size, contentType, randomUUID());
    ctx.status = 206;
    ctx.set('Content-Type', multipart.contentType);
    const parts = ranges.flatMap((range, i) => [multipart.headers[i] ?? '', { bytes: blob, range }]);
    await send(ctx, multipart.contentLength, [...parts, multipart.closing], store);
  }
}

/** A piece of a body: text between parts, or a range of the blob. */
type Piece = string | { bytes: Blob; range: ByteRange };

async function send(ctx: Context, length: number, pieces: Piece[], store: ReadableStore): Promise<void> {
  ctx.set('Content-Length', String(length));
  if (ctx.method === 'HEAD' || length === 0) {
    ctx.body = Buffer.alloc(0);
    ctx.set('Content-Length', String(length));
    return;
  }
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === 'object' && 'bytes' in only.bytes) {
    ctx.body = slice(only.bytes.bytes, only.range);
    return;
  }
  // The first piece is opened before the head is sent, so that a store that is away can still be said in the status.
  const body = await open(pieces[0], store);
  ctx.respond = false;
  ctx.res.statusCode = ctx.status;
  await write(ctx.res, length, body, pieces.slice(1), store);
}

/** An answer whose bytes fall short is never ended cleanly: the client must see a broken connection and resume. */
async function write(
  response: ServerResponse,
  length: number,
  first: Readable,
  rest: Piece[],
  store: ReadableStore,
): Promise<void> {
  let sent = 0;
  const count = async function* (source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of source) {
      sent += chunk.length;
      yield chunk;
    }
  };
  const all = async function* (): AsyncIterable<Buffer> {
    yield* count(first);
    for (const piece of rest) yield* count(await open(piece, store));
  };
  try {
    await pipeline(all, response, { end: false });
    if (sent !== length) throw new Failure('corrupt', `A body ended after ${sent} of ${length} bytes`);
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

async function open(piece: Piece | undefined, store: ReadableStore): Promise<Readable> {
  if (piece === undefined || typeof piece === 'string') return Readable.from([Buffer.from(piece ?? '')]);
  const { bytes: blob, range } = piece;
  if ('bytes' in blob) return Readable.from([slice(blob.bytes, range)]);
  const object = await store.open(blob.object, range);
  if (object === undefined) throw damaged(blob, 'it is gone');
  if (object.info.size === blob.size) return object.body;
  object.body.destroy();
  throw damaged(blob, `it has ${object.info.size} bytes`);
}

function slice(bytes: Buffer, { start, end }: ByteRange): Buffer {
  return bytes.subarray(start, end === undefined ? undefined : end + 1);
}

function damaged(blob: Extract<Blob, { object: string }>, how: string): Failure {
  return new Failure(
    'corrupt',
    `The stored ${blob.object} of ${blob.size} bytes is damaged: ${how}; restore it`,
  );
}
