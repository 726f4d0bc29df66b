import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable, pipeline as callback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from 'koa';
import { Failure, isFailure } from '../errors.ts';
import type { Blob, Blobs } from '../image/blobs.ts';
import { hexOf, parseDigest, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import type { ByteRange, Layers } from '../store/store.ts';
import { clientOf } from './access.ts';
import type { Bodies } from './bodies.ts';
import { Exactly, requireExactly } from './exactly.ts';
import type { Proven } from './proven.ts';
import { hold } from './hold.ts';
import { ifRangeMatches, multipartRanges, noneMatch, parseRange } from './range.ts';
import type { Redirect } from './redirect.ts';

const contentType = 'application/octet-stream';

/** For so long the store may look for a blob, and for as long again until it begins: clients wait 30 s for an answer's head. */
const storeMs = 10_000;

/** Bytes that are one chunk to most stores. */
const little = 256 * 1024;

/** Where bytes come from, and what bounds how many bodies are sent at once. */
export type ByteSource = {
  store: Layers;
  downloads: Bodies;
  proven?: Proven | undefined;
};

/** `GET|HEAD /v2/<name>/blobs/<digest>` (distribution-spec "Pulling blobs"; ranges by RFC 9110 §14). */
export async function sendBlob(
  ctx: Context,
  { blobs, redirect, ...source }: ByteSource & { blobs: Blobs; redirect?: Redirect | undefined },
  repository: Repository,
  text: string,
): Promise<void> {
  const digest = parseDigest(text);
  const blob = digest === undefined ? undefined : await hold(blobs.find(repository, digest), storeMs);
  if (blob === undefined || digest === undefined) {
    throw new Failure('not-found', `No blob ${text} in ${repository.name}`, { reason: 'BLOB_UNKNOWN' });
  }
  ctx.set('Docker-Content-Digest', digest);
  const url = await redirect?.(ctx, blob);
  if (url === undefined) await sendBytes(ctx, blob, source, `"${digest}"`, digest);
  else sendElsewhere(ctx, url);
}

/** To the same request there: 307 keeps method and Range. koa's own redirect would put the URL into a page. */
function sendElsewhere(ctx: Context, url: string): void {
  ctx.body = null;
  ctx.status = 307;
  ctx.set('Location', url);
  ctx.set('Cache-Control', 'no-store');
}

/** The bytes of a piece, where they are at hand. */
function bytesOf({ bytes: blob, range }: Exclude<Piece, string>, { proven }: ByteSource): Buffer | undefined {
  const all = 'bytes' in blob ? blob.bytes : proven?.bytes(blob.object);
  return all && slice(all, range);
}

/** What is said of all bytes that never change under their `etag`. */
export function headOfBytes(etag: string): { ETag: string; 'Accept-Ranges': string; 'Content-Type': string } {
  return { ETag: etag, 'Accept-Ranges': 'bytes', 'Content-Type': contentType };
}

/** Any bytes that never change under their `etag`, whole or in ranges. @param digest theirs, where it is to be checked */
export async function sendBytes(
  ctx: Context,
  blob: Blob,
  source: ByteSource,
  etag: string,
  digest?: Digest,
): Promise<void> {
  const { size } = blob;
  ctx.set(headOfBytes(etag));
  if (noneMatch(ctx.req.headers['if-none-match'], etag)) {
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
    await send(ctx, size, [{ bytes: blob, range: { start: 0, end: size - 1 }, digest }], source);
  } else if (others.length === 0) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${first.start}-${first.end}/${size}`);
    await send(ctx, first.end - first.start + 1, [{ bytes: blob, range: first, digest }], source);
  } else {
    const ranges = [first, ...others];
    const multipart = multipartRanges(ranges, size, contentType, randomUUID());
    ctx.status = 206;
    ctx.set('Content-Type', multipart.contentType);
    const parts = ranges.flatMap((range, i) => [multipart.headers[i] ?? '', { bytes: blob, range, digest }]);
    await send(ctx, multipart.contentLength, [...parts, multipart.closing], source);
  }
}

/** A piece of a body: text between parts, or a range of the blob. */
type Piece = string | { bytes: Blob; range: { start: number; end: number }; digest?: Digest | undefined };

async function send(ctx: Context, length: number, pieces: Piece[], source: ByteSource): Promise<void> {
  ctx.set('Content-Length', String(length));
  if (ctx.method === 'HEAD' || length === 0) {
    ctx.body = Buffer.alloc(0);
    ctx.set('Content-Length', String(length));
    return;
  }
  const [only] = pieces;
  const bytes = pieces.length === 1 && typeof only === 'object' ? bytesOf(only, source) : undefined;
  if (bytes !== undefined) {
    ctx.body = bytes;
    return;
  }
  await source.downloads.begin(clientOf(ctx), ctx.res);
  // The first piece is opened before the head is sent, so that a store that is away can still be said in the status.
  const [begin = '', ...rest] = pieces;
  const body = await openSoon(begin, source);
  if (rest.length === 0 && length <= little) {
    ctx.body = await hold(whole(body, source, ctx.res), storeMs);
    return;
  }
  ctx.respond = false;
  ctx.res.statusCode = ctx.status;
  await write(ctx.res, body, rest, source);
}

/**
 * All of a little piece, found right. It is sent at once when it is there, which costs half of what a stream does.
 * @throws Failure `corrupt` where its bytes are not those that were announced; whatever they break with
 */
async function whole(
  { name, body, length, digest, isWhole }: Opened,
  { proven }: ByteSource,
  response: ServerResponse,
): Promise<Buffer> {
  const leave = (): void => void body.destroy();
  response.once('close', leave);
  try {
    const bytes = await gather(body, length);
    if (response.closed) return bytes;
    requireExactly(name, length, digest, bytes);
    if (isWhole === true) proven?.keep(name, bytes);
    return bytes;
  } catch (error) {
    if (isFailure(error, 'corrupt')) proven?.damaged(name);
    throw error;
  } finally {
    response.off('close', leave);
  }
}

/** What a stream gives until it ends or is destroyed, and little more than `enough` bytes. */
async function gather(body: Readable, enough: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > enough) body.destroy();
  });
  body.once('error', reject).once('end', resolve).once('close', resolve);
  await promise;
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
}

/** An answer whose bytes fall short is never ended cleanly: the client must see a broken connection and resume. */
async function write(
  response: ServerResponse,
  first: Opened,
  rest: Piece[],
  source: ByteSource,
): Promise<void> {
  // Of a client that has left already nothing would tell again.
  if (response.closed) {
    first.body.destroy();
    return;
  }
  try {
    const body = rest.length === 0 ? checked(first, source) : inTurn(first, rest, source, response);
    await pipeline(body, response, { end: false });
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** All pieces. What is read is let go of at once when the client leaves: a generator would wait for its next bytes. */
function inTurn(
  first: Opened,
  rest: Piece[],
  source: ByteSource,
  response: ServerResponse,
): AsyncIterable<Buffer> {
  let current = checked(first, source);
  response.once('close', () => current.destroy());
  return (async function* () {
    yield* current;
    for (const piece of rest) {
      current = checked(await open(piece, source), source);
      if (response.closed) current.destroy();
      yield* current;
    }
  })();
}

/** A piece whose end is only reached where all of it is right. */
function checked({ name, body, length, digest }: Opened, { proven }: ByteSource): Readable {
  const exactly = new Exactly(name, length, digest);
  callback(body, exactly, (error) => {
    if (error === undefined || error === null) {
      if (digest !== undefined) proven?.add(name);
    } else if (isFailure(error, 'corrupt')) {
      proven?.damaged(name);
    }
  });
  return exactly;
}

/** A piece that is about to be sent. `digest` is that of all of it, where it is to be checked; `isWhole`: it is all of an object. */
type Opened = {
  name: string;
  body: Readable;
  length: number;
  digest?: Digest | undefined;
  isWhole?: boolean;
};

/** Bytes that come after the client was told to ask again are let go of. */
async function openSoon(piece: Piece, source: ByteSource): Promise<Opened> {
  const opening = open(piece, source);
  try {
    return await hold(opening, storeMs);
  } catch (error) {
    opening.then(({ body }) => body.destroy()).catch(() => {});
    throw error;
  }
}

async function open(piece: Piece, { store, proven }: ByteSource): Promise<Opened> {
  if (typeof piece === 'string') return opened('text', Buffer.from(piece));
  const { bytes: blob, range, digest } = piece;
  if ('bytes' in blob) return opened('config', slice(blob.bytes, range));
  const { object: name } = blob;
  const object = await store.open(name, range, digest && hexOf(digest));
  if (object === undefined) throw damaged(blob, 'it is gone');
  if (object.info.size !== blob.size) {
    object.body.destroy();
    throw damaged(blob, `it has ${object.info.size} bytes`);
  }
  const length = range.end - range.start + 1;
  const isProven = proven === undefined || (object.isLocal === true && proven.has(name));
  const isSure = object.isRight === true || isProven;
  const isWhole = length === blob.size;
  return { name, body: object.body, length, digest: isWhole && !isSure ? digest : undefined, isWhole };
}

function opened(name: string, bytes: Buffer): Opened {
  return { name, body: Readable.from([bytes]), length: bytes.length };
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
