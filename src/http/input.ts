import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { Failure } from '../errors.ts';

/**
 * A request's body as a stream of its own. Who reads it may fail and destroy it: the connection stays, and carries the
 * answer that says why. A request destroyed itself would take its connection along.
 */
export function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough();
  const cut = (cause?: Error): void => {
    // Not `complete`: what was received may not have been read when the connection goes.
    if (request.readableEnded) return;
    body.destroy(new Failure('invalid', 'The body ended early: nothing was stored', { cause }));
  };
  request.once('error', cut);
  request.once('close', () => cut());
  body.once('close', () => request.unpipe(body));
  // Whoever reads it hears of errors; where nobody does, they are nobody's.
  body.on('error', () => undefined);
  if (request.destroyed) cut();
  request.pipe(body);
  return body;
}

/**
 * A request's body as JSON.
 * @param maxBytes more than that is never kept
 * @throws Failure `too-large`, `invalid`
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes, 'JSON');
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new Failure('invalid', 'The body is not JSON', { cause });
  }
}

/**
 * A request's whole body.
 * @param what messages call it
 * @throws Failure `too-large`, `invalid`
 */
export async function readBytes(request: IncomingMessage, maxBytes: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Failure('too-large', `The ${what} is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
