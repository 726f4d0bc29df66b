import type { Owner } from '../../test/helpers/owner.ts';
import { startServe } from '../../test/helpers/serve.ts';
import type { Contestant, Server } from './contestant.ts';
import { putImages, type Image } from './images.ts';

/** bcrypt's usual cost, for all who look at passwords. */
export const bcryptCost = 10;

/** So much of a log is kept, of servers that log each request. */
export const keepLog = 100_000;

/** @property user `name:password` of who pulls */
export type Dropstack = { contestant: Contestant; images: Image[]; user: string };

/**
 * Starts dropstack as it is installed, with and without users over one directory, with images of droplets of these sizes,
 * in bytes, converted. It logs each request, as it does by default.
 */
export async function startDropstack(owner: Owner, sizes: readonly number[]): Promise<Dropstack> {
  const guarded = await startServe(owner, { bcryptCost, keepLog });
  const images = await putImages(owner, guarded, sizes);
  const open = await startServe(owner, { keepLog, data: guarded.data, config: { users: undefined } });
  const contestant = { name: 'dropstack', open: serverOf(open), guarded: serverOf(guarded) };
  return { contestant, images, user: guarded.puller.user };
}

function serverOf({ host, pid }: Server): Server {
  return { host, pid };
}
