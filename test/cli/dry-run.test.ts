/** Dry runs change nothing, and fail as the real thing does. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { smallDroplet } from '../helpers/droplets.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { startFacade } from '../protocol/facade.ts';
import { complaint, dropstack } from './dropstack.ts';

type World = { args: string[]; data: string };

async function store(owner: Owner): Promise<World> {
  const data = join(await tempDir(owner), 'store');
  return { args: ['--data', data], data };
}

async function server(owner: Owner): Promise<World> {
  const { url, data } = await startFacade(owner);
  return { args: ['--server', url], data };
}

/** Every file of a store with what is in it; not what its drivers keep for themselves. */
async function contents(data: string): Promise<string[]> {
  const found = await readdir(data, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile() && entry.name !== '.lock');
  const lines = files.map(async ({ parentPath, name }) => {
    const bytes = await readFile(join(parentPath, name));
    return `${join(parentPath, name)} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
  return (await Promise.all(lines)).toSorted();
}

for (const open of [store, server]) {
  test.serial(`what is only tried changes nothing: ${open.name}`, async (t) => {
    const world = await open(t);
    const droplet = await prepare(t, world);
    const before = await contents(world.data);
    const tries = async (says: RegExp, ...command: string[]): Promise<void> => {
      const { code, stdout, stderr } = await dropstack([...command, '--dry-run', ...world.args]);
      t.is(code, 0, stderr);
      t.regex(stdout, says);
      t.regex(stdout, /(?:^|\n)Not done, only tried: /);
      t.deepEqual(await contents(world.data), before, command.join(' '));
    };
    await tries(
      /it would be imported, and promoted\./,
      'rootfs',
      'import',
      'fs',
      '3',
      await tinyRootfs(t, '3'),
      '--promote',
    );
    await tries(/it is there already\./, 'rootfs', 'import', 'fs', '2', await tinyRootfs(t, 'two'));
    const told = await dropstack(['rootfs', 'promote', 'fs', '2', '--dry-run', '-o', 'json', ...world.args]);
    t.like(JSON.parse(told.stdout), { dryRun: true, promoted: '2' });
    await tries(/now serves version 2 instead of 1/, 'rootfs', 'promote', 'fs', '2');
    await tries(/Version 2 of stack fs is retired/, 'rootfs', 'retire', 'fs', '2');
    await tries(/served over version 2: some-app/, 'rootfs', 'place', 'fs', '2', 'some-app');
    await tries(/promoted version, 1: some-app/, 'rootfs', 'unplace', 'fs', 'some-app');
    const [other, twin] = [await smallDroplet(await tempDir(t), { 'app/y': 'y' }), droplet];
    await tries(/is new, and fit to be a layer of \d+ entries/, 'droplet', 'put', 'new-app', other.path);
    await tries(/is converted already, and fit/, 'droplet', 'put', 'some-app', twin.path, '--stack', 'fs');
    await tries(/of 1 droplets of some-app, 1 would change/, 'droplet', 'assign', 'some-app', 'other');
    await tries(/is converted, and would be deleted/, 'droplet', 'rm', 'some-app', droplet.sha1);
    await tries(/stack fs, 0 would be converted, 1 are ready, 0 are refused/, 'warm', 'fs', '--version', '2');
  });

  test.serial(`what could not be done is told as by the real thing: ${open.name}`, async (t) => {
    const world = await open(t);
    await prepare(t, world);
    const [folder, evil] = [await tempDir(t), join(await tempDir(t), 'evil.tgz')];
    await writeFile(join(folder, 'etc'), 'x');
    await run('tar', ['-czPf', evil, '-C', folder, '--transform', 's,^etc,../etc,', 'etc']);
    const none = '0'.repeat(40);
    const commands = [
      [1, 'rootfs', 'import', 'fs', '1', await tinyRootfs(t, 'another')],
      [2, 'rootfs', 'import', 'fs', '3', evil, '--sha256', 'none'],
      [1, 'rootfs', 'promote', 'fs', '9'],
      [1, 'rootfs', 'retire', 'fs', '1'],
      [2, 'rootfs', 'place', 'fs', '1', 'NO'],
      [1, 'droplet', 'put', 'evil-app', evil],
      [2, 'droplet', 'put', 'NO', evil],
      [2, 'droplet', 'assign', 'some-app', 'NO'],
      [1, 'droplet', 'rm', 'some-app', none],
      [1, 'warm', 'nobodys'],
    ] as const;
    // What is no name at all, a server tells in words of its own.
    for (const [code, ...command] of commands.filter(([wanted]) => wanted === 1 || open === store)) {
      const tried = complaint(t, await dropstack([...command, '--dry-run', ...world.args]), code);
      t.is(tried, complaint(t, await dropstack([...command, ...world.args]), code), command.join(' '));
    }
  });
}

/** A stack with two versions, of which the first is promoted, and a droplet. */
async function prepare(t: ExecutionContext, { args }: World): ReturnType<typeof smallDroplet> {
  const droplet = await smallDroplet(await tempDir(t), { 'app/x': 'x' });
  for (const command of [
    ['rootfs', 'import', 'fs', '1', await tinyRootfs(t, 'one'), '--promote'],
    ['rootfs', 'import', 'fs', '2', await tinyRootfs(t, 'two')],
    ['droplet', 'put', 'some-app', droplet.path, '--stack', 'fs'],
  ]) {
    const { code, stderr } = await dropstack([...command, ...args]);
    t.is(code, 0, stderr);
  }
  return droplet;
}

test.serial('a store that is not there is not made', async (t) => {
  const data = join(await tempDir(t), 'store');
  const droplet = await smallDroplet(await tempDir(t), { 'app/x': 'x' });
  const tried = await dropstack(['droplet', 'put', 'some-app', droplet.path, '--dry-run', '--data', data]);
  t.regex(complaint(t, tried, 2), /There is no store at/);
});
