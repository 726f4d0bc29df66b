import { createCipheriv } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { droplet } from './droplet.ts';
import { text } from './text.ts';

const recipe = { version: 1, megabytes: 1000, seed: 7 };

/** One file of a gigabyte: a megabyte of text and one that does not compress, by turns. */
export function oneFile(): Promise<string> {
  return droplet('one-file', [recipe], 'ls', (tree) =>
    pipeline(megabytes, createWriteStream(join(tree, 'app/one-file.bin'))),
  );
}

function* megabytes(): Generator<Buffer> {
  const length = 1_000_000;
  const [prose, noise] = [
    text(recipe.seed),
    createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)),
  ];
  for (let i = 0; i < recipe.megabytes; i++)
    yield i % 2 === 0
      ? Buffer.from(prose(length), 'latin1').subarray(0, length)
      : noise.update(Buffer.alloc(length));
}
