import { BlockList, isIP } from 'node:net';

/**
 * Whether a URL with this host leads into a network of somebody's own, as far as its name tells: an address that is private,
 * of the loopback, of the link or of no single machine, or a name that only such a network knows. What a name of the
 * Internet resolves to is not looked up: it may be another for a client.
 * @param host as `URL.hostname` has it, which has one form for each address
 */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const family = isIP(bare);
  if (family !== 0) return ownAddresses.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  return !bare.includes('.') || ownNames.test(bare);
}

/** RFC 6761, 6762, 8375; what ICANN keeps free for it; and Kubernetes' services, which nodes do not know. */
const ownNames = /\.(?:localhost|local|home\.arpa|internal|svc)$/;

/** IANA's registries of special-purpose addresses. IPv4 ones hold for their form in IPv6 as well. */
const ownAddresses = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  ownAddresses.addSubnet(address, prefix, 'ipv4');
}
for (const [address, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  ownAddresses.addSubnet(address, prefix, 'ipv6');
}
