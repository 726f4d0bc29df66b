import { isUtf8 } from 'node:buffer';

export type Credentials = { user: string; password: string };

/** The credentials of an Authorization header of the Basic scheme (RFC 7617); undefined for anything else. */
export function parseCredentials(header: string): Credentials | undefined {
  const [, token] = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header) ?? [];
  if (token === undefined) return undefined;
  const bytes = Buffer.from(token, 'base64');
  const text = isUtf8(bytes) ? bytes.toString() : undefined;
  const colon = text?.indexOf(':') ?? -1;
  // A NUL would end the password for bcrypt, and RFC 7617 §2 forbids all control characters.
  if (text === undefined || colon < 0 || /\p{Cc}/u.test(text)) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
