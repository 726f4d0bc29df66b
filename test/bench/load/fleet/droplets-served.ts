import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PutResult } from '../../../../src/operator/operator.ts';
import type { Owner } from '../../../helpers/owner.ts';
import { startServe, type Served } from '../../../helpers/serve.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../../../helpers/tiny.ts';

export type DropletsServed = {
  server: Served;
  /** Puts a further droplet of some incompressible bytes, converted. @returns its reference, as a start has it */
  put: (bytes?: number) => Promise<string>;
};

/** Starts `dropstack serve` with a little root file system. */
export async function serveDroplets(
  owner: Owner,
  options?: Parameters<typeof startServe>[1],
): Promise<DropletsServed> {
  const server = await startServe(owner, options);
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(owner, 'one'), '--promote');
  const directory = await tempDir(owner);
  return {
    server,
    put: async (bytes = 100) => {
      const guid = randomUUID();
      const path = join(directory, guid);
      await writeFile(path, (await tinyDroplet(owner, randomBytes(bytes))).bytes);
      const { hash } = await server.ask<PutResult>('droplet', 'put', guid, path);
      return `cloudfoundry/${guid}:${hash}`;
    },
  };
}
