import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { basic } from '../../../test/helpers/basic.ts';
import type { Registry } from './fleet.ts';

/** A registry as one name with several replicas behind it. */
export type Door = {
  /** the name that requests carry */
  host: string;
  authorization: string;
  /** A new connection of a node's, to one of the replicas by `chance`, which is from 0 to 1. */
  connect: (node: number, chance: number) => Socket;
};

/** Go's, of a connection that comes into being and of an answer that begins. */
export const patienceMs = 30_000;

export async function openDoor({ hosts, user, ca }: Registry): Promise<Door> {
  const targets = hosts.map((host) => new URL(`http://${host}`));
  const [first] = targets;
  if (first === undefined) throw new Error('The registry has no hosts');
  // Go keeps no sessions of TLS unless told to, and containerd does not.
  const trust = ca === undefined ? undefined : createSecureContext({ ca: await readFile(ca) });
  return {
    host: first.host,
    authorization: basic(user),
    connect: (node, chance) => {
      const { hostname, port } = targets[Math.floor(chance * targets.length)] ?? first;
      const host = hostname.replace(/^\[|\]$/g, '');
      const to = { host, port: Number(port), timeout: patienceMs, noDelay: true, ...ownAddress(host, node) };
      return trust === undefined ? connect(to) : connectTls({ ...to, secureContext: trust });
    },
  };
}

/**
 * On Linux's loopback each node has an address of its own, so that servers tell nodes apart, and each has all ports to
 * choose from.
 */
function ownAddress(host: string, node: number): { localAddress?: string } {
  if (process.platform !== 'linux' || !host.startsWith('127.')) return {};
  return { localAddress: `127.1.${Math.floor(node / 250) % 250}.${(node % 250) + 1}` };
}
