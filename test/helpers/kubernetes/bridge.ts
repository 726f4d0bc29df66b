import { networkInterfaces } from 'node:os';
import type { Owner } from '../owner.ts';
import { run, type Output } from '../run.ts';
import { toolPath } from '../tools.ts';
import { lastWill } from './last-will.ts';

/** A network of the machine's, where pods and the machine itself see each other. */
export type Bridge = {
  /** Its interface. */
  name: string;
  /** In CIDR notation. */
  subnet: string;
  /** The machine's own address in it. */
  address: string;
};

let bridges = 0;

/** Makes a network that leads nowhere else, of addresses that are set aside for tests (RFC 2544). Needs root. */
export async function bridge(owner: Owner): Promise<Bridge> {
  const name = `ds${process.pid}-${bridges++}`;
  const net = freeNet();
  const [address, subnet] = [`${net}.1`, `${net}.0/24`];
  await ip('link', 'add', name, 'type', 'bridge');
  lastWill(owner, `${toolPath('ip')} link delete ${name}`);
  await ip('address', 'add', `${address}/24`, 'dev', name);
  await ip('link', 'set', name, 'up');
  return { name, subnet, address };
}

function ip(...args: string[]): Promise<Output> {
  return run(toolPath('ip'), args);
}

function freeNet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    const net = `198.18.${Math.floor(Math.random() * 256)}`;
    if (!taken.some((address) => address.startsWith(`${net}.`))) return net;
  }
  throw new Error('No network below 198.18.0.0/16 is free');
}
