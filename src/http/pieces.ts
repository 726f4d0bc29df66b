import { Readable, pipeline } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { Failure, isFailure } from '../errors.ts';
import type { Blob } from '../image/blobs.ts';
import { hexOf, type Digest } from '../oci/digest.ts';
import type { ByteRange, Layers } from '../store/store.ts';
import { Exactly, requireExactly } from './exactly.ts';
import type { Proven } from './proven.ts';

/** Where the bytes of pieces come from. */
export type PieceSource = { store: Layers; proven?: Proven | undefined };

/** A piece of a body: text between parts, or a range of the blob. */
export type Piece =
  string | { bytes: Blob; range: { start: number; end: number }; digest?: Digest | undefined };

/**
 * A piece that is about to be sent. `digest` is that of all of it, where it is to be checked; `isWhole`: it is all of an object;
 * `wasCached`: a cache has it.
 */
export type Opened = {
  name: string;
  body: Readable;
  length: number;
  digest?: Digest | undefined;
  isWhole?: boolean;
  wasCached?: boolean;
};

/** The bytes of a piece, where they are at hand. */
export function bytesOf(
  { bytes: blob, range }: Exclude<Piece, string>,
  { proven }: PieceSource,
): Buffer | undefined {
  const all = 'bytes' in blob ? blob.bytes : proven?.bytes(blob.object);
  return all && slice(all, range);
}

/** Opens a piece. @throws Failure `corrupt` where its object is gone or has another size; what the store fails with */
export async function open(piece: Piece, { store, proven }: PieceSource): Promise<Opened> {
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
  const wasCached = object.wasCached === true;
  return {
    name,
    body: object.body,
    length,
    digest: isWhole && !isSure ? digest : undefined,
    isWhole,
    wasCached,
  };
}

/** A piece whose end is only reached where all of it is right. */
export function checked({ name, body, length, digest }: Opened, { proven }: PieceSource): Readable {
  const exactly = new Exactly(name, length, digest);
  pipeline(body, exactly, (error) => {
    if (error === undefined || error === null) {
      if (digest !== undefined) proven?.add(name);
    } else if (isFailure(error, 'corrupt')) {
      proven?.damaged(name);
    }
  });
  return exactly;
}

/**
 * All of a little piece, found right. It is sent at once when it is there, which costs half of what a stream does.
 * @throws Failure `corrupt` where its bytes are not those that were announced; whatever they break with
 */
export async function whole(
  { name, body, length, digest, isWhole }: Opened,
  { proven }: PieceSource,
  response: ServerResponse,
): Promise<Buffer> {
  const leave = (): void => void body.destroy();
  response.once('close', leave);
  if (response.closed) leave();
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
