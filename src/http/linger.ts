import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Enough for a client to notice the answer, or to send the rest of a body that was almost through. */
const lingerMs = 5_000;

/**
 * Answers a request whose body is still coming: `bytes` at once, the end only when the body is through or the client has
 * left, at most `lingerMs` later. Closing at once, with bytes unread, would reset the connection, and whoever still sends
 * would never read the answer (RFC 9112 §9.6). The head must announce the length and that the connection closes.
 */
export async function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): Promise<void> {
  response.write(bytes);
  request.unpipe();
  request.resume();
  const over = new AbortController();
  const { signal } = over;
  const gone = once(request, 'close', { signal }).catch(() => undefined);
  const late = sleep(lingerMs, undefined, { ref: false, signal }).catch(() => undefined);
  await Promise.race([gone, late]);
  over.abort();
  response.end();
}
