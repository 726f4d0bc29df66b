import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { atEnd, type Owner } from './owner.ts';

/** A little server of the test's own on the loopback. @returns its `host:port` */
export async function listen(owner: Owner, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return `127.0.0.1:${address.port}`;
}
