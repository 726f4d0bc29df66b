import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Failure } from '../errors.ts';
import { requireGuid, requireHash } from '../oci/names.ts';
import type { Wish } from './warm-all.ts';

/**
 * The droplets that a file lists, one a line: `<guid>`, or `<guid>:<hash>`. `-` is standard input.
 * @throws Failure `invalid` that names the line
 */
export async function readWishes(path: string): Promise<Wish[]> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (cause) =>
      reject(new Failure('invalid', `Cannot read ${path}: ${cause.message}`, { cause })),
    );
  });
  return Promise.race([parseLines(createInterface({ input }), path), failed]);
}

async function parseLines(lines: AsyncIterable<string>, path: string): Promise<Wish[]> {
  const found = new Map<string, Wish>();
  let number = 0;
  for await (const line of lines) {
    number++;
    const text = line.trim();
    if (text !== '') found.set(text, parseWish(text, `${path} line ${number}`));
  }
  return [...found.values()];
}

function parseWish(text: string, place: string): Wish {
  const [guid = '', hash, ...more] = text.split(':');
  try {
    requireGuid(guid);
    if (hash !== undefined) requireHash(hash);
    if (more.length > 0)
      throw new Failure('invalid', `${JSON.stringify(text)} is neither <guid> nor <guid>:<hash>`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure('invalid', `${place}: ${error.message}`);
  }
  return { guid, hash };
}
