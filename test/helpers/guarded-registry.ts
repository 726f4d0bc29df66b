import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { basic } from './basic.ts';
import { atEnd, type Owner } from './owner.ts';

/**
 * Puts TLS and one user in front of a registry at `host:port`.
 * @param user `name:password`
 * @returns the `host:port` where it is now guarded
 */
export async function guardedRegistry(
  owner: Owner,
  host: string,
  { cert, key, user }: { cert: string; key: string; user: string },
): Promise<string> {
  const expected = basic(user);
  const pem = { cert: await readFile(cert), key: await readFile(key) };
  const server = createServer(pem, (incoming, response) => {
    if (incoming.headers.authorization === expected) forward(host, incoming, response);
    else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="bench"' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return `127.0.0.1:${address.port}`;
}

function forward(host: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const outgoing = request(`http://${host}${url ?? '/'}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response).catch(() => response.destroy());
  });
  pipeline(incoming, outgoing).catch(() => response.destroy());
}
