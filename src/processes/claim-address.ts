import { createServer } from 'node:net';
import { listen } from '../http/listen.ts';

/** An address that nobody else listens on. */
export type Claim = { port: number; release(): void };

/**
 * Finds out that an address is free, and which port it is for port 0. That port is kept until it is released, when others
 * share it. One that was chosen is free for a moment: who connected would get no answer.
 * @throws Failure `unavailable` when the address is taken or not this machine's
 */
export async function claimAddress(host: string, port: number): Promise<Claim> {
  const server = createServer((socket) => socket.destroy());
  const isOpen = port === 0;
  const found = await listen(server, { host, port, reusePort: isOpen });
  const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  if (!isOpen) await release();
  return { port: found.port, release: () => void (isOpen && release()) };
}
