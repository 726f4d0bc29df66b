import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { bodyOf } from '../../../src/http/input.ts';

/** A request of which `sent` bytes come, of `announced`, before its connection is reset. */
async function resetRequest(t: ExecutionContext, announced: number, sent: number): Promise<IncomingMessage> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  socket.on('error', () => undefined);
  const arrived = once(server, 'request') as Promise<[IncomingMessage]>;
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${announced}\r\n\r\n`);
  socket.write(Buffer.alloc(sent));
  const [request] = await arrived;
  await delay(50);
  socket.resetAndDestroy();
  return request;
}

/** It ends: with all that was announced, or with a failure; it is never cut short, and never waits for ever. */
async function ends(t: ExecutionContext, request: IncomingMessage, announced: number): Promise<void> {
  const outcome = await buffer(bodyOf(request)).then(
    (bytes) => bytes.length,
    (error: unknown) => (isFailure(error, 'invalid') ? 'failed' : String(error)),
  );
  t.true(outcome === announced || outcome === 'failed', String(outcome));
}

for (const [what, announced, sent] of [
  ['half a body', 10_000, 5_000],
  ['a whole body that nobody read', 200_000, 200_000],
] as const) {
  test(`${what}, asked for before the client has gone, ends`, async (t) => {
    await ends(t, await resetRequest(t, announced, sent), announced);
  });

  test(`${what}, asked for after the client has gone, ends`, async (t) => {
    const request = await resetRequest(t, announced, sent);
    request.on('error', () => undefined);
    // A connection that is not read from hears of its end only later.
    for (let i = 0; i < 50 && !request.destroyed; i++) await delay(10);
    await ends(t, request, announced);
  });
}
