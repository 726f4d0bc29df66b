import { isIP } from 'node:net';
import type { Context } from 'koa';
import type { Config } from '../config/config.ts';
import { Failure } from '../errors.ts';

/** Whether requests for a host, as their `Host` header names it, are for us. */
export type IsOwnHost = (host: string | undefined) => boolean;

/**
 * Undefined with users, where any host is ours: what we are called is our clients' business. Without them whoever reaches the loopback may do everything, and
 * a page of any site reaches it as soon as the site's name leads there (DNS rebinding), and its browser takes both for one origin. So
 * no name is answered to that a site could have: only addresses, which nobody can lead elsewhere, `localhost`, and the public URL's.
 */
export function ownHosts({ users, publicUrl }: Pick<Config, 'users' | 'publicUrl'>): IsOwnHost | undefined {
  if (users !== undefined) return undefined;
  const ours = new Set(['localhost', ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])]);
  // Browsers send one always.
  return (host) => host === undefined || isAddress(host) || ours.has(nameOf(host));
}

/** @throws Failure `denied` for another host */
export function refuseOtherHosts(isOwnHost: IsOwnHost) {
  return async ({ req }: Context, next: () => Promise<unknown>): Promise<void> => {
    const { host = '' } = req.headers;
    if (!isOwnHost(req.headers.host)) {
      throw new Failure(
        'denied',
        `Without users only localhost, addresses and the host of publicUrl are answered to, not ${host.slice(0, 100)}: ` +
          'another site could lead browsers here by its name. Ask for localhost, set publicUrl, or give --users',
      );
    }
    await next();
  };
}

function isAddress(host: string): boolean {
  return isIP(nameOf(host).replace(/^\[(.*)\]$/, '$1')) !== 0;
}

/** Without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}
