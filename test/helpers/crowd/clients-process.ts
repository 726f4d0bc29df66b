/** A crowd in a process of its own: gets an order as a message, asks for all URLs, and sends the pulls. */
import { setTimeout as delay } from 'node:timers/promises';
import { pullManifest } from './node-client.ts';

export type Order = { urls: string[]; authorization: string; firstBackoffMs: number; spacingMs: number };

process.once('message', (order: Order) => void report(order));

async function report({ urls, authorization, firstBackoffMs, spacingMs }: Order): Promise<void> {
  const pulls = urls.map(async (url, at) => {
    if (spacingMs > 0) await delay(at * spacingMs);
    return pullManifest(url, authorization, firstBackoffMs);
  });
  process.send?.(await Promise.all(pulls));
  process.disconnect?.();
}
