import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Failure, reasonOf } from '../errors.ts';

/**
 * @returns where the server listens, with the port that it got for port 0
 * @throws Failure `unavailable` when the address is taken or not this machine's
 */
export async function listen(
  server: Server,
  { port, host, reusePort }: { port: number; host: string; reusePort: boolean },
): Promise<AddressInfo> {
  try {
    server.listen({ port, host, reusePort });
    await once(server, 'listening');
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('unavailable', `Cannot listen on ${host}:${port}: ${why}`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Failure('unavailable', `Not listening on ${host}`);
  return address;
}
