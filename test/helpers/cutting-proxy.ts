import { connect } from 'node:net';
import type { Owner } from './owner.ts';
import { tcpProxy } from './tcp-proxy.ts';

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
  const { host, port } = await tcpProxy(owner, (client) => {
    const upstream = connect(Number(target.split(':')[1]), '127.0.0.1');
    upstream.on('data', () => {
      if (hasCut || upstream.bytesRead <= bytes) return;
      hasCut = true;
      client.destroy();
    });
    return upstream;
  });
  return { host: `${host}:${port}`, hasCut: () => hasCut };
}
