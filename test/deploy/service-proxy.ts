import { connect, type Socket } from 'node:net';
import type { SimulatedApi } from '../helpers/kubernetes/simulated-api.ts';
import type { Owner } from '../helpers/owner.ts';
import { tcpProxy, type Address } from '../helpers/tcp-proxy.ts';

type Slice = {
  ports?: { name?: string; port: number }[] | null;
  endpoints: { addresses: string[]; conditions: { ready?: boolean } }[];
};

/**
 * What kube-proxy is on a node: each connection to the Service goes to one of the endpoints that are ready as it comes, and fails
 * where there is none. @param host where it listens: on the loopback, unless pods are to reach it @returns its `host:port`
 */
export async function serviceProxy(
  owner: Owner,
  api: SimulatedApi,
  service: string,
  host = '127.0.0.1',
): Promise<string> {
  let turn = 0;
  const connectNext = async (): Promise<Socket> => {
    const endpoints = await readyEndpoints(api, service);
    const endpoint = endpoints[turn++ % endpoints.length];
    if (endpoint === undefined) throw new Error(`No pod of ${service} is ready`);
    return connect(endpoint);
  };
  const { port } = await tcpProxy(owner, connectNext, { host, port: 0 });
  return `${host}:${port}`;
}

async function readyEndpoints(api: SimulatedApi, service: string): Promise<Address[]> {
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
