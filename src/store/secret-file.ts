import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../errors.ts';

/** For so long after a change of a file the old secret may be used. */
const rereadMs = 2_000;

/** What `read` makes of files that may change at any time: read again when it was asked for and is older than a moment. */
export function rereading<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (known !== undefined && now - readAt < rereadMs) return known;
    readAt = now;
    known = read();
    return known;
  };
}

/**
 * A secret in a file.
 * @param what in words, as `the WebDAV password`
 * @param clean what of the file is the secret: without it, all but the line end that editors and tools put behind it
 * @throws Failure `unavailable` when it cannot be read, or is empty
 */
export async function readSecret(
  what: string,
  path: string,
  clean: (text: string) => string = withoutLineEnd,
): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Failure('unavailable', `Cannot read ${what} in ${path}: ${reasonOf(cause)}`, { cause });
  });
  const secret = clean(text);
  if (secret === '') throw new Failure('unavailable', `Cannot use ${what} in ${path}: it is empty`);
  return secret;
}

/** Spaces may belong to it. */
function withoutLineEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
