import { join } from 'node:path';
import { sampleDroplet } from '../../src/sample/droplet.ts';
import { sampleRootfs } from '../../src/sample/rootfs.ts';
import type { Owner } from './owner.ts';
import type { Served } from './serve.ts';
import { tempDir } from './temp.ts';

/**
 * Brings the sample rootfs and the sample droplet to a server by its CLI.
 * @returns the image's name without the host
 */
export async function provideSample(owner: Owner, { cli }: Served): Promise<string> {
  const directory = await tempDir(owner);
  const [rootfs, droplet] = [join(directory, 'rootfs.tar'), join(directory, 'droplet.tgz')];
  const [, { sha1 }] = await Promise.all([sampleRootfs(rootfs), sampleDroplet(droplet)]);
  await cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', rootfs, '--promote');
  await cli('droplet', 'put', 'sample-app', droplet);
  return `cloudfoundry/sample-app:${sha1}`;
}
