import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import { run } from '../../test/helpers/run.ts';
import { tempDir } from '../../test/helpers/temp.ts';

/**
 * A directory on a new ext4 of its own, with a journal: what was written and deleted before costs nothing there. An ext4
 * without one tries every inode deleted in the last minutes for each file that is made, which took tar fifteen times as
 * long as here. Without the right to mount, a plain directory.
 */
export async function freshDisk(owner: Owner, gigabytes: number): Promise<string> {
  const home = await tempDir(owner);
  if (process.getuid?.() !== 0) return home;
  const [image, path] = [join(home, 'image'), join(home, 'disk')];
  await mkdir(path);
  await writeFile(image, '');
  await truncate(image, gigabytes * 2 ** 30);
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
  await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image], { env });
  await run('mount', ['-o', 'loop', image, path], { env });
  atEnd(owner, async () => void (await run('umount', ['--lazy', path], { env })));
  return path;
}
