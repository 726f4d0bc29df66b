import type { Context } from 'koa';
import { pipeline } from 'node:stream/promises';

/**
 * Answers with JSON values, one a line, as they come: nothing is held in memory. The first one is awaited before the head is
 * sent, so that a store that is away can still be said in the status; what fails later breaks the connection.
 */
export async function sendLines(ctx: Context, values: AsyncIterable<object>): Promise<void> {
  const iterator = values[Symbol.asyncIterator]();
  let next = await iterator.next();
  ctx.respond = false;
  ctx.res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  await pipeline(async function* () {
    try {
      for (; next.done !== true; next = await iterator.next()) yield `${JSON.stringify(next.value)}\n`;
    } finally {
      await iterator.return?.();
    }
  }, ctx.res);
}
