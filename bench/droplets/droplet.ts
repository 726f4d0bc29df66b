import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cached } from '../../test/helpers/cached.ts';
import { run } from '../../test/helpers/run.ts';
import { toolPath } from '../../test/helpers/tools.ts';

/** A new tree to be filled: a file's text or bytes for each path below it. */
type Write = (files: Record<string, string | Uint8Array>) => Promise<void>;

/**
 * A droplet, made once and kept under its name and the hash of its recipe, which is all that decides its content.
 * `fill` brings what lies beside the directories that every droplet has.
 * @returns the droplet's path
 */
export function droplet(
  name: string,
  recipe: readonly unknown[],
  startCommand: string,
  fill: (tree: string, write: Write) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha1')
    .update(JSON.stringify([recipe, startCommand]))
    .digest('hex')
    .slice(0, 16);
  return cached(`${name}-${hash}.tgz`, async (path) => {
    const tree = await mkdtemp(join(tmpdir(), 'ds-droplet-'));
    const write: Write = (files) => writeFiles(tree, files);
    try {
      for (const directory of ['app', 'deps/0', 'logs', 'tmp', 'profile.d'])
        await mkdir(join(tree, directory), { recursive: true });
      await write({ 'staging_info.yml': stagingInfo(startCommand) });
      await fill(tree, write);
      await pack(tree, path);
    } finally {
      await rm(tree, { recursive: true, force: true });
    }
  });
}

async function writeFiles(tree: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), content);
  }
}

function stagingInfo(startCommand: string): string {
  return `${JSON.stringify({ detected_buildpack: '', start_command: startCommand })}\n`;
}

/**
 * As staging does: the whole tree by `.`, for its owner alone. Order and times are fixed here, so that the same files
 * give the same droplet.
 */
async function pack(tree: string, path: string): Promise<void> {
  await chmod(tree, 0o700);
  const fixed = ['--sort=name', '--mtime=@1700000000', '--owner=vcap:2000', '--group=vcap:2000'];
  await run(toolPath('tar'), [...fixed, '-czf', path, '-C', tree, '.'], { timeout: 600_000 });
}
