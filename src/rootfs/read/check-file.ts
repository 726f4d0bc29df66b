import { stat } from 'node:fs/promises';
import { Failure } from '../../errors.ts';
import { measure } from '../../layer/meter.ts';
import { announcedHex } from './announced-hex.ts';
import { readFile } from './compression.ts';
import { explain } from './explain.ts';

/**
 * The SHA-256 of the file in hex; undefined for a directory.
 * @param name what messages call it
 * @param announced what it must be, in hex, with or without `sha256:` before it
 * @throws Failure `mismatch`; `invalid` where `announced` is no SHA-256, or there is no such file
 */
export async function checkFile(
  path: string,
  name: string,
  announced: string | undefined,
): Promise<string | undefined> {
  const expected = announcedHex(announced);
  const found = await hash(path).catch((error: unknown) => {
    throw explain(error, name);
  });
  if (expected === undefined || expected === found) return found;
  if (found === undefined) {
    throw new Failure(
      'invalid',
      `Cannot import ${name}: it is a directory, which has no SHA-256: leave that out`,
    );
  }
  throw new Failure(
    'mismatch',
    `Cannot import ${name}: it hashes to ${found}, not to the announced ${expected}; nothing was stored`,
    { expected, found },
  );
}

async function hash(path: string): Promise<string | undefined> {
  const found = await stat(path);
  if (found.isDirectory()) return undefined;
  if (!found.isFile())
    throw new Failure('invalid', 'it is no regular file, and has to be read twice: write it to one');
  return (await measure(readFile(path), 'sha256')).hex('sha256');
}
