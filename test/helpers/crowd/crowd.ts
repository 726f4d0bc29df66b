import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { basic } from '../basic.ts';
import type { Served } from '../serve.ts';
import type { Order } from './clients-process.ts';
import type { Pull } from './node-client.ts';

const script = join(import.meta.dirname, 'clients-process.ts');

/** The kubelet's, before it asks for an image once more. */
const kubeletBackoffMs = 10_000;

/**
 * Nodes that ask for droplets that nobody has converted yet, each for the next one in turn: all in one moment, or one
 * `spacingMs` after the other.
 * @param names `<guid>/manifests/<hash>`
 */
export async function crowd(
  { host, puller }: Served,
  clients: number,
  names: readonly string[],
  { firstBackoffMs = kubeletBackoffMs, spacingMs = 0 } = {},
): Promise<Pull[]> {
  const child = fork(script, { execArgv: [] });
  const heard = once(child, 'message') as Promise<[Pull[]]>;
  const lost = once(child, 'exit').then(() => Promise.reject(new Error('The crowd ended without its pulls')));
  const order: Order = {
    urls: Array.from(
      { length: clients },
      (_, at) => `http://${host}/v2/cloudfoundry/${names[at % names.length]}`,
    ),
    authorization: basic(puller.user),
    firstBackoffMs,
    spacingMs,
  };
  child.send(order);
  const [pulls] = await Promise.race([heard, lost]);
  lost.catch(() => {});
  return pulls;
}
