import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { storeLocation, type Config } from '../../config/config.ts';
import { hasCode } from '../../store/directory-reader.ts';
import { bytes } from '../print.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import { Untried } from './untried.ts';

/** Parts of a disk that should be free, and without which nothing works for long. */
const [some, least] = [0.1, 0.01];

/** Of the disks of this machine that the facade writes to. */
export const diskChecks: readonly Check[] = [
  {
    name: 'disk',
    tries: 'see how much room there is where the facade writes',
    needs: ['configuration'],
    mend: 'make room, or give it a larger disk: dropstack gc --dry-run tells what could go',
    try: async (site) => roomOf(directoriesOf(await site.config())),
  },
  {
    name: 'cache',
    tries: 'see whether the disk of the cache has the room that it may take',
    needs: ['configuration'],
    mend: 'choose another directory',
    try: async (site) => {
      const { cache } = await site.config();
      if (cache === undefined) throw new Untried('the configuration has no cache');
      return roomOfCache(cache.directory, cache.maxBytes);
    },
  },
];

/** Images from registries, and what comes from S3, lie in the temporary directory for a while. */
function directoriesOf(config: Config): string[] {
  const location = storeLocation(config);
  return ['directory' in location ? location.directory : tmpdir()];
}

async function roomOf(directories: readonly string[]): Promise<Verdict> {
  const told: string[] = [];
  for (const directory of directories) {
    const { bavail, blocks, bsize } = await statfs(directory);
    const part = bavail / Math.max(1, blocks);
    const found = `${bytes(bavail * bsize)} of ${bytes(blocks * bsize)} are free for ${directory}`;
    if (part < least) return failure(found);
    if (part < some) return warning(found, 'make room soon: dropstack gc --dry-run tells what could go');
    told.push(found);
  }
  return ok(told.join('; '));
}

async function roomOfCache(directory: string, maxBytes: number): Promise<Verdict> {
  const { blocks, bsize } = await statfs(directory).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new Untried(`${directory} is yet to be made, as the facade does when it starts`);
  });
  const disk = blocks * bsize;
  if (maxBytes <= disk) return ok(`${bytes(maxBytes)} at most, of ${bytes(disk)} in all`);
  return warning(
    `cache.maxBytes is ${bytes(maxBytes)}, and the whole disk has ${bytes(disk)}`,
    'set cache.maxBytes to less than the disk has',
  );
}
