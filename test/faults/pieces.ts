import type { Readable } from 'node:stream';

/** What one answer brought: bytes from `start` to `end`, exclusive. `whole`: it ended as it should. */
export type Piece = { start: number; end: number; whole: boolean };

/** Reads a body into `bytes`, from `at` on, to its end or to where it breaks; `end` tells of too many as of too few. */
export async function readBody(body: Readable, bytes: Buffer, at: number): Promise<Piece> {
  let end = at;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunk.copy(bytes, end);
      end += chunk.length;
    }
  } catch {
    return { start: at, end, whole: false };
  }
  return { start: at, end, whole: true };
}
