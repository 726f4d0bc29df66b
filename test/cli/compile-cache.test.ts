/** Where Node keeps what it compiled: only where nobody else writes, since whoever could change it would have us run it. */
import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { dropstack } from './dropstack.ts';

const name = `dropstack-compiled-${process.getuid?.()}`;

/** Without a cache that this process may have been given itself. */
const version = (TMPDIR: string) => dropstack(['--version'], { TMPDIR, NODE_COMPILE_CACHE: '' });

test('what is compiled is kept in a directory of our own', async (t) => {
  const place = await tempDir(t);
  t.is((await version(place)).code, 0);
  t.not((await readdir(join(place, name))).length, 0);
});

test('nothing is kept where others may write, or in what somebody else has put there', async (t) => {
  const [open, linked, target] = [await tempDir(t), await tempDir(t), await tempDir(t)];
  await mkdir(join(open, name));
  await chmod(join(open, name), 0o777);
  await symlink(target, join(linked, name));
  for (const place of [open, linked]) {
    t.is((await version(place)).code, 0);
    t.deepEqual(await readdir(join(place, name)), []);
  }
});

test('where nothing can be kept, all works without', async (t) => {
  for (const place of ['/nonexistent/tmp', '/dev/null']) t.is((await version(place)).code, 0);
});
