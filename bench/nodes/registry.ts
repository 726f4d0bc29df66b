import type { LayerSettings } from '../../src/layer/settings.ts';
import type { ImageDetails, PutResult } from '../../src/operator/operator.ts';
import { debianRootfs } from '../../test/helpers/debian-rootfs.ts';
import { smallDroplet } from '../../test/helpers/droplets.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { startServe } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';

export type Compression = LayerSettings['compression'];

export type Registry = {
  /** `name:password` of who pulls */
  user: string;
  /**
   * By droplet; `base` is one of next to nothing. `bytes` go over the wire to a node: of the base all layers, of the
   * others the uppermost.
   */
  images: Map<string, { reference: string; bytes: number }>;
};

/** Starts `dropstack serve` with Debian as the root file system and these droplets, all converted. */
export async function startRegistry(
  owner: Owner,
  address: string,
  compression: Compression,
  droplets: readonly { name: string; path: string }[],
): Promise<Registry> {
  const server = await startServe(owner, { config: { listen: `${address}:0`, layer: { compression } } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await debianRootfs(), '--promote');
  const base = await smallDroplet(await tempDir(owner), { 'app/start.sh': 'exit 0\n' });
  const images: Registry['images'] = new Map();
  for (const { name, path } of [{ name: 'base', path: base.path }, ...droplets]) {
    const { hash } = await server.ask<PutResult>('droplet', 'put', `bench-${name}`, path);
    const image = `cloudfoundry/bench-${name}:${hash}`;
    const { layers } = await server.ask<ImageDetails>('image', 'show', image);
    const fetched = name === 'base' ? layers : layers.slice(-1);
    const bytes = fetched.reduce((sum, { size }) => sum + size, 0);
    images.set(name, { reference: `${server.host}/${image}`, bytes });
  }
  return { user: server.puller.user, images };
}
