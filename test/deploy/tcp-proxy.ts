import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { joinSockets } from '../helpers/join-sockets.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';

export type Address = { host: string; port: number };

/** Passes each connection on to where `choose` says as it comes; where that fails, it is reset. @returns where it listens */
export async function tcpProxy(
  owner: Owner,
  listen: Address,
  choose: () => Promise<Address>,
): Promise<Address> {
  const sockets = new Set<Socket>();
  const pass = async (client: Socket): Promise<void> => {
    joinSockets(client, connect(await choose()), sockets);
  };
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => client.destroy());
    pass(client).catch(() => client.resetAndDestroy());
  });
  server.listen(listen);
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return { host: listen.host, port: address.port };
}
