import { join } from 'node:path';
import { writeTarFile } from '../../../src/sample/tar-file.ts';
import { writeDockerArchive } from '../docker-archive.ts';
import { toolPath } from '../tools.ts';

/** The image that holds a pod's namespaces open. */
export const pauseImage = 'dropstack.test/pause:1';

/** Writes it into `directory`, as a docker-archive. @returns its path */
export async function writePauseImage(directory: string): Promise<string> {
  const [layer, archive] = [join(directory, 'pause-layer.tar'), join(directory, 'pause.tar')];
  const file = { mode: 0o755, owner: 0, type: 'file' } as const;
  await writeTarFile(layer, [{ ...file, name: 'pause', source: toolPath('kubernetes/pause') }]);
  await writeDockerArchive(archive, {
    name: pauseImage,
    layers: [layer],
    config: { Entrypoint: ['/pause'] },
  });
  return archive;
}
