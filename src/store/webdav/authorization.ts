import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../../errors.ts';
import type { WebdavLocation } from './location.ts';

/** For so long after a change of the file the old password may be used. */
const rereadMs = 2_000;

/**
 * The `Authorization` header (RFC 7617) with a password that may change at any time, or undefined where the location
 * names none.
 * @returns a function that throws Failure `unavailable` when the file cannot be read
 */
export function authorization({ user, passwordFile }: WebdavLocation): () => Promise<string | undefined> {
  if (user === undefined || passwordFile === undefined) return async () => undefined;
  let known: Promise<string> | undefined;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (known !== undefined && now - readAt < rereadMs) return known;
    readAt = now;
    known = readPassword(passwordFile).then((password) => basic(user, password));
    return known;
  };
}

async function readPassword(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = reasonOf(cause);
    throw new Failure('unavailable', `Cannot read the WebDAV password in ${path}: ${why}`, { cause });
  });
  // Of the line that editors and tools end: spaces may belong to it.
  const password = text.replace(/[\r\n]+$/, '');
  if (password === '')
    throw new Failure('unavailable', `There is no WebDAV password in ${path}: it is empty`);
  return password;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
