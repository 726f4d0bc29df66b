import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cached.ts';
import { run } from './run.ts';
import { toolPath } from './tools.ts';

/** A droplet's file: its path, its bytes' hashes in hex, its size in bytes. */
type Droplet = { path: string; sha1: string; sha256: string; size: number };

/** Pinned, so that what is cached is what is wanted. */
const packages = ['express@5.3.0', 'typescript@5.9.3'];

/**
 * A real droplet of more than 50 MB: an express app with its npm tree and the node binary, as Cloud Foundry's staging
 * leaves it. The app logs `listening on <port>`, answers every request on `$PORT` of `$VCAP_APP_HOST` with
 * `{ path, env, cwd, uid }`, and ends with exit code 7 on SIGTERM.
 */
export async function nodeDroplet(): Promise<Droplet> {
  const recipe = createHash('sha1')
    .update(JSON.stringify([packages, server, process.version]))
    .digest('hex');
  return describe(await cached(`node-express-${recipe.slice(0, 16)}.tgz`, makeNodeDroplet));
}

/** Writes a little droplet of `files`, a text for each path, into `directory`; a start command is added. */
export async function smallDroplet(directory: string, files: Record<string, string>): Promise<Droplet> {
  const tree = await mkdtemp(join(directory, 'tree-'));
  const path = `${tree}.tgz`;
  await writeTree(tree, { 'staging_info.yml': stagingInfo('sh app/start.sh'), ...files });
  await pack(tree, path);
  await rm(tree, { recursive: true });
  return describe(path);
}

async function makeNodeDroplet(path: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'ds-droplet-'));
  try {
    await writeTree(tree, {
      'app/package.json': JSON.stringify({ name: 'sample', private: true }),
      'app/server.js': server,
      'deps/0/config.yml': 'name: nodejs\n',
      'profile.d/0_node.sh': 'export PATH="$DEPS_DIR/0/node/bin:$PATH"\n',
      'staging_info.yml': stagingInfo('node server.js'),
    });
    for (const directory of ['deps/0/node/bin', 'logs', 'tmp'])
      await mkdir(join(tree, directory), { recursive: true });
    await copyFile(nodeBinary(), join(tree, 'deps/0/node/bin/node'));
    const npm = [
      'install',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--loglevel=error',
      ...packages,
    ];
    await run('npm', npm, { cwd: join(tree, 'app') });
    await pack(tree, path);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** The binary itself: node_modules/.bin may hold a script. */
function nodeBinary(): string {
  return createRequire(import.meta.url).resolve('node/bin/node');
}

async function writeTree(root: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

/** As buildpackapplifecycle does: the whole tree by `.`, which stays readable for its owner alone. */
async function pack(tree: string, path: string): Promise<void> {
  await chmod(tree, 0o700);
  await run(toolPath('tar'), ['--owner=vcap:2000', '--group=vcap:2000', '-czf', path, '-C', tree, '.']);
}

async function describe(path: string): Promise<Droplet> {
  const [sha1, sha256] = [createHash('sha1'), createHash('sha256')];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    sha1.update(chunk);
    sha256.update(chunk);
  }
  return { path, sha1: sha1.digest('hex'), sha256: sha256.digest('hex'), size: (await stat(path)).size };
}

function stagingInfo(startCommand: string): string {
  return `${JSON.stringify({ detected_buildpack: 'nodejs', start_command: startCommand })}\n`;
}

const server = `const express = require('express');

const server = express()
  .use(({ path }, response) => response.json({ path, env: process.env, cwd: process.cwd(), uid: process.getuid() }))
  .listen(process.env.PORT, process.env.VCAP_APP_HOST ?? '0.0.0.0', () => console.log('listening on ' + server.address().port));

process.on('SIGTERM', () => {
  console.log('told to end');
  server.close(() => process.exit(7));
  server.closeAllConnections();
});
`;
