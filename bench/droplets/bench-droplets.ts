import { nodeDroplet } from '../../test/helpers/droplets.ts';
import { describe, type BenchDroplet } from './describe.ts';
import { java } from './java.ts';
import { node130 } from './node-130.ts';
import { oneFile } from './one-file.ts';
import { smallFiles } from './small-files.ts';
import { static1 } from './static-1.ts';

const paths = {
  'node-60': async () => (await nodeDroplet()).path,
  'node-130': node130,
  java,
  'static-1': static1,
  'small-files': smallFiles,
  'one-file': oneFile,
} as const;

export type DropletName = keyof typeof paths;

/** The droplets to measure with, by name. Each is made when it is first asked for, and kept. */
export const benchDroplets: Record<DropletName, () => Promise<BenchDroplet>> = {
  'node-60': () => built('node-60'),
  'node-130': () => built('node-130'),
  java: () => built('java'),
  'static-1': () => built('static-1'),
  'small-files': () => built('small-files'),
  'one-file': () => built('one-file'),
};

async function built(name: DropletName): Promise<BenchDroplet> {
  return describe(name, await paths[name]());
}
