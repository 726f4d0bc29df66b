import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { atEnd, type Owner } from './owner.ts';

export type Address = { host: string; port: number };

/**
 * Passes TCP connections on, each to the socket that `connectFor` makes for it; where that fails, the client's is reset. What one
 * side ends or resets, the other side sees ended or reset.
 * @returns where it listens
 */
export async function tcpProxy(
  owner: Owner,
  connectFor: (client: Socket) => Socket | Promise<Socket>,
  { host, port }: Address = { host: '127.0.0.1', port: 0 },
): Promise<Address> {
  const sockets = new Set<Socket>();
  const pass = async (client: Socket): Promise<void> => {
    const upstream = await connectFor(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroySoon();
      });
      if (socket.destroyed) other.destroy();
    }
  };
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy());
    pass(client).catch(() => client.resetAndDestroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return { host, port: address.port };
}
