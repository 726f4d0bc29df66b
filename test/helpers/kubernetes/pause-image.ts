import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTarFile } from '../../../src/sample/tar-file.ts';
import { toolPath } from '../tools.ts';

/** The image that holds a pod's namespaces open. */
export const pauseImage = 'dropstack.test/pause:1';

/** Writes it into `directory`, as a docker-archive. @returns its path */
export async function writePauseImage(directory: string): Promise<string> {
  const [layer, archive] = [join(directory, 'pause-layer.tar'), join(directory, 'pause.tar')];
  const file = { mode: 0o755, owner: 0, type: 'file' } as const;
  await writeTarFile(layer, [{ ...file, name: 'pause', source: toolPath('kubernetes/pause') }]);
  const diffId = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex');
  const config = {
    os: 'linux',
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    config: { Entrypoint: ['/pause'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [pauseImage], Layers: ['layer.tar'] }];
  await writeTarFile(archive, [
    { ...file, name: 'manifest.json', text: JSON.stringify(manifest) },
    { ...file, name: 'config.json', text: JSON.stringify(config) },
    { ...file, name: 'layer.tar', source: layer },
  ]);
  return archive;
}
