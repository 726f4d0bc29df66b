import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { toolPath } from '../helpers/tools.ts';

/** Where an unpacked layer is not what GNU tar makes of the droplet. Empty where there is nothing. */
export type Difference = {
  client: 'tar' | 'containerd' | 'umoci';
  path: string;
  field: string;
  droplet: string;
  layer: string;
};

/** What an archive says of a path: as `test/tools/unpack` gives it. */
export type Entry = {
  name: string;
  type: string;
  mode: string;
  uid: number;
  gid: number;
  mtime: string;
  records: string[];
};

export type Answer = {
  failures: Partial<Record<'droplet' | Difference['client'], string>>;
  /** the places of `./` among those entries that go into the layer */
  roots: number[];
  /** directories that whoever unpacks the layer makes before an entry names them, if ever one does */
  made: string[];
  /** directories that have more than one spelling in the names of the droplet */
  respelled: string[];
  differences: Difference[];
  /** what both archives say of the paths that differ */
  droplet: Record<string, Entry[]>;
  layer: Record<string, Entry[]>;
};

export type Unpacker = (droplet: Buffer, layer: Buffer) => Promise<Answer>;

/** Starts a process that unpacks droplets and layers below `directory`, one pair at a time. Needs root. */
export function startUnpacker(owner: Owner, directory: string): Unpacker {
  const child = spawn(toolPath('unpack'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  atEnd(owner, async () => {
    child.stdin.end();
    await ended;
  });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const files = { droplet: join(directory, 'droplet.tar'), layer: join(directory, 'layer.tar') };
  const question = `${JSON.stringify({ ...files, scratch: join(directory, 'unpacked') })}\n`;
  return async (droplet, layer) => {
    await Promise.all([writeFile(files.droplet, droplet), writeFile(files.layer, layer)]);
    child.stdin.write(question);
    const { value, done } = await answers.next();
    if (done === true) throw new Error('the unpacker ended before it answered');
    return JSON.parse(value) as Answer;
  };
}
