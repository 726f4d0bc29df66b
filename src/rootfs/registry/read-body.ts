import { Failure } from '../../errors.ts';
import type { Answer } from './wire.ts';

/**
 * The whole body of an answer.
 * @throws Failure `too-large` beyond `mostBytes`, of which no more is read; errors of the connection
 */
export async function readBody({ body, url }: Answer, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) {
      throw new Failure('too-large', `${url.host} answers more than ${mostBytes} bytes, which is the limit`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
