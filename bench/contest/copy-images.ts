import { run } from '../../test/helpers/run.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import type { Image } from './images.ts';

/** Copies images from one open registry to another under their names, byte for byte. */
export async function copyImages(from: string, to: string, images: readonly Image[]): Promise<void> {
  for (const { repository, tag } of images) {
    const name = `${repository}:${tag}`;
    const flags = ['--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false'];
    await run(toolPath('skopeo'), ['copy', ...flags, `docker://${from}/${name}`, `docker://${to}/${name}`]);
  }
}
