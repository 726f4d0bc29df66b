import { createCipheriv } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageDetails } from '../../src/operator/operator.ts';
import { basic } from '../../test/helpers/basic.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import type { Served } from '../../test/helpers/serve.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../../test/helpers/tiny.ts';

/** An image of a registry, by its name without the host. Sizes in bytes. */
export type Image = {
  repository: string;
  tag: string;
  manifest: { digest: string; size: number };
  /** the droplet's */
  layer: { digest: string; size: number };
};

/** Puts the images that are pulled into dropstack: each a droplet that does not compress, of so many bytes. */
export async function putImages(owner: Owner, server: Served, sizes: readonly number[]): Promise<Image[]> {
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(owner, ''), '--promote');
  const images: Image[] = [];
  for (const size of sizes) images.push(await putImage(owner, server, `contest-${size}`, size));
  return images;
}

async function putImage(owner: Owner, server: Served, guid: string, size: number): Promise<Image> {
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(size));
  const { bytes, sha1: tag } = await tinyDroplet(owner, noise);
  const path = join(await tempDir(owner), 'droplet.tgz');
  await writeFile(path, bytes);
  await server.cli('droplet', 'put', guid, path);
  const repository = `cloudfoundry/${guid}`;
  const { digest, layers } = await server.ask<ImageDetails>('image', 'show', `${repository}:${tag}`);
  const layer = layers.at(-1);
  if (layer === undefined) throw new Error(`${repository}:${tag} has no layers`);
  const manifest = { digest, size: await manifestSize(server, `${repository}/manifests/${digest}`) };
  return { repository, tag, manifest, layer: { digest: layer.digest, size: layer.size } };
}

async function manifestSize(server: Served, path: string): Promise<number> {
  const headers = { authorization: basic(server.puller.user) };
  const answer = await fetch(`http://${server.host}/v2/${path}`, { headers });
  return (await answer.arrayBuffer()).byteLength;
}
