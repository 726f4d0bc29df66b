import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { writeTarFile } from '../../src/sample/tar-file.ts';

type Image = {
  /** with its tag */
  name: string;
  /** paths of plain tars, the lowest first */
  layers: readonly string[];
  /** the part `config` of its configuration */
  config: { Entrypoint: readonly string[]; Env?: readonly string[]; User?: string };
};

/** Writes an image to `target` in the form of `docker save`, by which every runtime imports it. */
export async function writeDockerArchive(target: string, { name, layers, config }: Image): Promise<void> {
  const digests = await Promise.all(layers.map(sha256Of));
  const configuration = {
    os: 'linux',
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    config,
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
  };
  const names = digests.map((digest) => `${digest}.tar`);
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: names }];
  const file = { mode: 0o644, owner: 0, type: 'file' } as const;
  await writeTarFile(target, [
    { ...file, name: 'manifest.json', text: JSON.stringify(manifest) },
    { ...file, name: 'config.json', text: JSON.stringify(configuration) },
    ...layers.map((source, i) => ({ ...file, name: names[i] ?? '', source })),
  ]);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
