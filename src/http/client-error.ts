import type { Duplex } from 'node:stream';

const answers: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Content Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/**
 * Answers what is no HTTP request that we could hand on, and closes the connection. Where an answer is being sent already
 * (`answering`), and where there is no HTTP at all, such as after a failed TLS handshake, it is closed without a word.
 */
export function answerClientError(error: Error, socket: Duplex, answering: boolean): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const status = answers.get(code) ?? (code.startsWith('HPE_') ? '400 Bad Request' : undefined);
  if (socket.writableEnded) return;
  if (status === undefined || answering || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${status}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  // Closing at once with bytes unread resets the connection, and the client may lose the answer: read on for a moment.
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

const lingerMs = 1_000;
