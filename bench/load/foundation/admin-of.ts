import { readFileSync } from 'node:fs';
import type { Server } from '../../../src/cli/server.ts';
import type { Served } from '../../../test/helpers/serve.ts';

/** A server as its administrator asks it. */
export function adminOf({ host, admin, puller }: Pick<Served, 'host' | 'admin' | 'puller'>): Server {
  const [user = '', password] = admin.split(':');
  const { ca } = puller;
  return {
    url: new URL(`${ca === undefined ? 'http' : 'https'}://${host}`),
    user,
    password,
    ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'),
  };
}
