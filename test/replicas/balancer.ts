import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { tcpProxy } from '../helpers/tcp-proxy.ts';

export type Balancer = {
  /** Its own `host:port`. */
  host: string;
  /** Takes a server in, at `host:port`, and waits until it is ready. */
  add: (target: string) => Promise<void>;
  /** Forgets a server. */
  remove: (target: string) => void;
  /** Whether new connections go there. */
  isReady: (target: string) => boolean;
  /** `refused`: connections that a server did not take although it was thought ready; `lost`: for which none was left */
  counters: { connections: number; refused: number; lost: number };
};

type Options = {
  /** Between two looks at `/readyz` of a server. */
  checkEveryMs?: number;
  /** What becomes of a refused connection: it goes to the next server, as with an ingress, or fails, as with kube-proxy. */
  onRefusal?: 'next' | 'fail';
  /** Hears, as it happens, how many bytes one connection to a server has brought so far. */
  onBytes?: (target: string, bytes: number) => void;
};

type Target = { host: string; ready: boolean };

/**
 * Spreads TCP connections over the servers that are ready, in turn. A server that is not ready gets no new ones, and keeps
 * those that it has.
 */
export async function startBalancer(
  owner: Owner,
  { checkEveryMs = 150, onRefusal = 'fail', onBytes }: Options = {},
): Promise<Balancer> {
  const targets = new Map<string, Target>();
  const counters = { connections: 0, refused: 0, lost: 0 };
  let turn = 0;

  const next = (): Target | undefined => {
    const ready = [...targets.values()].filter((target) => target.ready);
    return ready[turn++ % ready.length];
  };
  const connectNext = async (): Promise<Socket> => {
    counters.connections++;
    for (let target = next(); target !== undefined; target = next()) {
      const upstream = await reach(target.host);
      if (upstream !== undefined) {
        const { host } = target;
        if (onBytes !== undefined) upstream.on('data', () => onBytes(host, upstream.bytesRead));
        return upstream;
      }
      counters.refused++;
      target.ready = false;
      if (onRefusal === 'fail') break;
    }
    counters.lost++;
    throw new Error('No server took the connection');
  };
  const { host: ownHost, port } = await tcpProxy(owner, connectNext);
  atEnd(owner, () => Promise.resolve(targets.clear()));

  const watch = async (target: Target): Promise<void> => {
    for (; targets.get(target.host) === target; await delay(checkEveryMs))
      target.ready = await isReady(target);
  };
  return {
    host: `${ownHost}:${port}`,
    add: async (host) => {
      const target = { host, ready: false };
      targets.set(host, target);
      void watch(target);
      for (const until = Date.now() + 60_000; !target.ready; await delay(20))
        if (Date.now() > until) throw new Error(`${host} does not become ready`);
    },
    remove: (host) => void targets.delete(host),
    isReady: (host) => targets.get(host)?.ready === true,
    counters,
  };
}

/** A connection, or undefined where it is refused. */
async function reach(host: string): Promise<Socket | undefined> {
  const socket = connect({ port: portOf(host), host: '127.0.0.1', allowHalfOpen: true });
  return once(socket, 'connect').then(
    () => socket,
    () => undefined,
  );
}

function isReady({ host }: Target): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // A machine that is busy may take its time.
  get(`http://${host}/readyz`, { agent: false, timeout: 10_000 }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode === 200));
  })
    .once('timeout', () => resolve(false))
    .once('error', () => resolve(false));
  return promise;
}

function portOf(host: string): number {
  return Number(host.split(':')[1]);
}
