import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from '../../test/helpers/run.ts';

/** Packages pinned by name and version, and what they depend on by a date. */
export type Packages = { names: readonly string[]; before: string };

/** Installs packages into `directory` as staging would, but runs nothing of theirs. */
export async function npmInstall(directory: string, { names, before }: Packages): Promise<void> {
  await writeFile(join(directory, 'package.json'), '{"name":"sample","private":true}\n');
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  // Optional packages are binaries for one machine: without them the tree is the same everywhere.
  const fixed = ['--ignore-scripts', '--omit=optional', `--before=${before}`];
  await run('npm', ['install', ...quiet, ...fixed, ...names], { cwd: directory, timeout: 600_000 });
}

/** The node binary that npm brought: `node_modules/.bin` may hold a script. */
export function nodeBinary(): string {
  return createRequire(import.meta.url).resolve('node/bin/node');
}
