import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { patienceMs } from './door.ts';

/** The connections of one client of Go's: as many as requests at once, of which two stay for later requests. */
export type Transport = {
  agent: Agent;
  isCancelled: () => boolean;
  /** Breaks all requests off, with the code `ECANCELED`. */
  cancel: () => void;
  /** No further requests: what is idle stays for a while, as nobody closes it. */
  finish: () => void;
};

export function openTransport(connect: () => Socket, idleMs: number): Transport {
  const sockets = new Set<Socket>();
  let isCancelled = false;
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 2, timeout: patienceMs });
  agent.createConnection = () => {
    const socket = connect();
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };
  return {
    agent,
    isCancelled: () => isCancelled,
    cancel: () => {
      isCancelled = true;
      for (const socket of sockets) socket.destroy(cancellation());
    },
    finish: () => void setTimeout(() => agent.destroy(), idleMs),
  };
}

function cancellation(): Error {
  return Object.assign(new Error('The pull is over'), { code: 'ECANCELED' });
}
