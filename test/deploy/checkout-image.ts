import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { machineTree } from '../../src/sample/machine-tree.ts';
import { sampleRootfs } from '../../src/sample/rootfs.ts';
import { writeTarFile } from '../../src/sample/tar-file.ts';
import { writeDockerArchive } from '../helpers/docker-archive.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

const checkout = join(import.meta.dirname, '../..');

/**
 * An image of this checkout as an archive: the machine's libraries, the Node that runs us, and what a release holds, with the
 * entrypoint and the user that the Dockerfile gives it.
 */
export async function checkoutImage(owner: Owner, name: string): Promise<string> {
  const directory = await tempDir(owner);
  const place = (file: string): string => join(directory, file);
  await sampleRootfs(place('rootfs.tar'));
  await writeTarFile(place('libraries.tar'), (await machineTree(await addonLibraries())).values());
  const files = ['package.json', 'src', ...(await dependencies())];
  await tar('-cf', place('app.tar'), '-C', checkout, '--transform=s,^,dropstack/,S', ...files);
  const [folder, node] = [dirname(process.execPath), basename(process.execPath)];
  await tar('-rf', place('app.tar'), '-C', folder, '--transform=s,^.*$,usr/local/bin/node,', node);
  await writeDockerArchive(place('image.tar'), {
    name,
    layers: [place('rootfs.tar'), place('libraries.tar'), place('app.tar')],
    config: {
      Entrypoint: ['node', '/dropstack/src/dropstack.js'],
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      User: '2000:2000',
    },
  });
  return place('image.tar');
}

async function tar(...args: string[]): Promise<void> {
  await run(toolPath('tar'), ['--owner=0', '--group=0', ...args]);
}

/** What native addons link, some of which Node does not. */
async function addonLibraries(): Promise<string[]> {
  const addons = await Array.fromAsync(glob(join(checkout, 'node_modules/@node-rs/*/*.node')));
  const { stdout } = await run('ldd', addons);
  return [...stdout.matchAll(/ => (\/\S+) /g)].map(([, path = '']) => path);
}

/** What is installed for those who run it, and for this machine. */
async function dependencies(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.lastIndexOf('node_modules/') === 0 && dev !== true)
    .map(([path]) => path)
    .filter((path) => existsSync(join(checkout, path)));
}
