import { BlockList, isIP } from 'node:net';
import type { Context } from 'koa';
import type { Config } from '../config/config.ts';
import { hasRole } from './access.ts';

/**
 * Who may be redirected: who has one of `roles`, where they are given, and asks from one of `networks`, where they are. The
 * address is the connection's own, as everywhere.
 */
export function redirectClients({
  roles,
  networks,
}: Pick<NonNullable<Config['redirect']>, 'roles' | 'networks'>): (ctx: Context) => boolean {
  const list = networks === undefined ? undefined : listOf(networks);
  return (ctx) =>
    (roles === undefined || hasRole(ctx, roles)) &&
    (list === undefined || isListed(list, ctx.req.socket.remoteAddress));
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** IPv4 addresses are found in their form in IPv6 as well. */
function isListed(list: BlockList, address = ''): boolean {
  const [bare = ''] = address.split('%');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}
