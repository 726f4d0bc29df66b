import { readSecret, rereading } from '../secret-file.ts';
import type { WebdavLocation } from './location.ts';

/**
 * The `Authorization` header (RFC 7617) with a password that may change at any time, or undefined where the location
 * names none.
 * @returns a function that throws Failure `unavailable` when the file cannot be read
 */
export function authorization({ user, passwordFile }: WebdavLocation): () => Promise<string | undefined> {
  if (user === undefined || passwordFile === undefined) return async () => undefined;
  return rereading(async () => basic(user, await readSecret('the WebDAV password', passwordFile)));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
