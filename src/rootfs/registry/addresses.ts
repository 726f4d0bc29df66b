import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../../errors.ts';

/** Whether a URL's host is this machine: an address of the loopback, or `localhost`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || isIn(loopback, hostname);
}

/**
 * Addresses of the link are where clouds keep the credentials of their machines.
 * @throws Failure `denied` where a URL's host is one
 */
export function requireElsewhere(hostname: string): void {
  if (isIn(linkLocal, hostname)) throw ofTheLink(hostname);
}

/** Resolves a name as Node does, but to no address of the link: what is checked is what is connected to. */
export const lookupElsewhere: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) done(error, '', 0);
    else if (addresses.some(({ address }) => isIn(linkLocal, address))) done(ofTheLink(hostname), '', 0);
    else if (options.all === true) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

function ofTheLink(hostname: string): Failure {
  return new Failure('denied', `${hostname} is a link-local address, where nothing is pulled from`);
}

function isIn(list: BlockList, hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Addresses of IPv4 hold for their form in IPv6 as well. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
