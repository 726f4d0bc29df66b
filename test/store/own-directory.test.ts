import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ownDirectory } from '../../src/store/own-directory.ts';
import { tempDir } from '../helpers/temp.ts';

test('a directory is made for nobody else, and found again', async (t) => {
  const path = join(await tempDir(t), 'work');
  t.is(await ownDirectory(path), path);
  t.is((await stat(path)).mode & 0o777, 0o700);
  t.is(await ownDirectory(path), path);
});

test('one in which others write, or that leads elsewhere, is refused', async (t) => {
  const folder = await tempDir(t);
  const [open, link] = [join(folder, 'open'), join(folder, 'link')];
  await mkdir(open);
  await chmod(open, 0o777);
  await symlink(await ownDirectory(join(folder, 'ours')), link);
  for (const path of [open, link])
    await t.throwsAsync(ownDirectory(path), { code: 'denied', message: /TMPDIR/ }, path);
});
