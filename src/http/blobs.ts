import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import type { Blob, Blobs } from '../image/blobs.ts';
import { parseDigest, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { giveBack } from '../store/lent.ts';
import { clientOf } from './access.ts';
import type { Bodies } from './bodies.ts';
import { ClientLeft } from './client-left.ts';
import { hold } from './hold.ts';
import { bytesOf, checked, open, whole, type Opened, type Piece, type PieceSource } from './pieces.ts';
import { ifRangeMatches, multipartRanges, noneMatch, parseRange } from './range.ts';
import type { Redirect } from './redirect.ts';
import { cameFrom } from './verdict.ts';

const contentType = 'application/octet-stream';

/** For so long the store may look for a blob, and for as long again until it begins: clients wait 30 s for an answer's head. */
const storeMs = 10_000;

/** Bytes that are one chunk to most stores. */
const little = 256 * 1024;

/** Where bytes come from, and what bounds how many bodies are sent at once. */
export type ByteSource = PieceSource & { downloads: Bodies };

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
  cameFrom(ctx, 'redirect');
  ctx.body = null;
  ctx.status = 307;
  ctx.set('Location', url);
  ctx.set('Cache-Control', 'no-store');
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
    cameFrom(ctx, 'memory');
    ctx.body = bytes;
    return;
  }
  await source.downloads.begin(clientOf(ctx), ctx.res);
  // The first piece is opened before the head is sent, so that a store that is away can still be said in the status.
  const [begin = '', ...rest] = pieces;
  const body = await openSoon(begin, source);
  const verdict = body.wasCached === true ? 'disk' : 'store';
  if (rest.length === 0 && length <= little) {
    ctx.body = await hold(whole(body, source, ctx.res), storeMs).catch((error: unknown) => {
      body.body.destroy();
      throw error;
    });
    cameFrom(ctx, verdict);
    return;
  }
  cameFrom(ctx, verdict);
  ctx.respond = false;
  ctx.res.statusCode = ctx.status;
  await write(ctx.res, body, rest, source);
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
    await writeAll(response, inTurn(first, rest, source, response));
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Each chunk is given back when the system has it. */
async function writeAll(response: ServerResponse, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    await written(response, chunk);
    giveBack(chunk);
  }
}

/** A connection that breaks may leave a write without an end. */
async function written(response: ServerResponse, chunk: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => reject(new ClientLeft());
  response.once('close', leave);
  response.write(chunk, (error) => (error ? reject(error) : resolve()));
  try {
    await promise;
  } finally {
    response.off('close', leave);
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
