import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, type Owner } from '../../../test/helpers/owner.ts';
import { tempDir } from '../../../test/helpers/temp.ts';
import { cacheDirectory } from '../../../test/tools/find-tool.ts';

/**
 * Gives this process and those that it starts a temporary directory of their own. It goes with the owner, whatever still lies
 * in it, and so does what was being made for the cache.
 */
export async function ownTemp(owner: Owner): Promise<void> {
  const before = process.env['TMPDIR'];
  atEnd(owner, async () => {
    for (const name of await readdir(cacheDirectory).catch(() => []))
      if (name.endsWith(`.${process.pid}.partial`))
        await rm(join(cacheDirectory, name), { recursive: true, force: true, maxRetries: 5 });
  });
  process.env['TMPDIR'] = await tempDir(owner);
  atEnd(owner, () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    return Promise.resolve();
  });
}
