import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { partsOf } from '../../config/address.ts';
import { Failure, reasonOf } from '../../errors.ts';
import type { PatcherMetrics } from '../../rollout/control/metrics.ts';

/**
 * Serves `/metrics`, `/livez` and `/readyz`.
 * @param address `host:port`
 * @throws Failure `invalid` where that is no address; `unavailable` where it cannot be listened on
 */
export async function listenForMetrics(address: string, { registry }: PatcherMetrics): Promise<Server> {
  const { host, port } = partsOf(address);
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      void registry
        .metrics()
        .then((text) => response.setHeader('Content-Type', registry.contentType).end(text));
    } else {
      response.writeHead(request.url === '/livez' || request.url === '/readyz' ? 200 : 404).end();
    }
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Failure('unavailable', `Cannot listen on ${address}: ${reasonOf(cause)}`, { cause });
  }
  return server;
}
