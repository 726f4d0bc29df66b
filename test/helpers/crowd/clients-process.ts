/** A crowd in a process of its own: gets an order as a message, asks for all URLs, and sends the pulls. */
import { setTimeout as delay } from 'node:timers/promises';
import { pullManifest } from './node-client.ts';

export type Order = { urls: string[]; authorization: string; firstBackoffMs: number; spacingMs: number };

process.once('message', ({ urls, authorization, firstBackoffMs, spacingMs }: Order) => {
  const pulls = urls.map(async (url, at) => {
    if (spacingMs > 0) await delay(at * spacingMs);
    return pullManifest(url, authorization, firstBackoffMs);
  });
  void Promise.all(pulls).then((done) => {
    process.send?.(done);
    process.disconnect?.();
  });
});
