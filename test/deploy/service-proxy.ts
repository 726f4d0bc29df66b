import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { joinSockets } from '../helpers/join-sockets.ts';
import type { SimulatedApi } from '../helpers/kubernetes/simulated-api.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';

type Slice = {
  ports?: { name?: string; port: number }[] | null;
  endpoints: { addresses: string[]; conditions: { ready?: boolean } }[];
};

/**
 * What kube-proxy is on a node: each connection to the Service goes to one of the endpoints that are ready as it comes, and fails
 * where there is none. @returns its `host:port` on the loopback
 */
export async function serviceProxy(owner: Owner, api: SimulatedApi, service: string): Promise<string> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const pass = async (client: Socket): Promise<void> => {
    const endpoints = await readyEndpoints(api, service);
    const endpoint = endpoints[turn++ % endpoints.length];
    if (endpoint === undefined) throw new Error(`No pod of ${service} is ready`);
    joinSockets(client, connect(endpoint), sockets);
  };
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => client.destroy());
    pass(client).catch(() => client.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return `127.0.0.1:${address.port}`;
}

async function readyEndpoints(api: SimulatedApi, service: string): Promise<{ host: string; port: number }[]> {
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const path = `/apis/discovery.k8s.io/v1/namespaces/dropstack/endpointslices?labelSelector=${selector}`;
  const { items } = await api.send<{ items: Slice[] }>('GET', path);
  return items.flatMap(({ endpoints, ports }) => {
    const port = ports?.find(({ name }) => name === 'registry')?.port;
    const addresses = endpoints
      .filter(({ conditions }) => conditions.ready === true)
      .flatMap((endpoint) => endpoint.addresses);
    return port === undefined ? [] : addresses.map((host) => ({ host, port }));
  });
}
