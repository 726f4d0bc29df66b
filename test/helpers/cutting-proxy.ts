import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { joinSockets } from './join-sockets.ts';
import { atEnd, type Owner } from './owner.ts';

/**
 * Passes TCP connections on to a server at `target`, and cuts one of them, once: the first that has brought its client
 * more than `bytes`.
 * @returns its own `host:port`, and whether it has cut
 */
export async function cuttingProxy(
  owner: Owner,
  target: string,
  bytes: number,
): Promise<{ host: string; hasCut: () => boolean }> {
  let hasCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.split(':')[1]), '127.0.0.1');
    let brought = 0;
    upstream.on('data', (chunk: Buffer) => {
      brought += chunk.length;
      if (hasCut || brought <= bytes) return;
      hasCut = true;
      client.destroy();
    });
    joinSockets(client, upstream, sockets);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return { host: `127.0.0.1:${address.port}`, hasCut: () => hasCut };
}
