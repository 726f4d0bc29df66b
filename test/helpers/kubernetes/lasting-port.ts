import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of the loopback that nobody listens at, for a program that goes away and comes back. It is none of those that
 * Linux gives to clients: a client that tries such a port while nobody listens there may get it, and connect to itself.
 */
export async function lastingPort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of the loopback from ${first} on is free`);
}

/** Linux gives clients the ports from 32768 on. */
const [first, count] = [20_000, 12_000];

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
