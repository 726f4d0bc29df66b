import { parseOptions } from '@node-rs/bcrypt';
import { Failure } from '../../errors.ts';

/** The bcrypt hashes of each user: several while a password is being rotated, never none. */
export type Users = ReadonlyMap<string, readonly string[]>;

/** The highest cost that `htpasswd -B` makes. One comparison takes seconds there, and twice as long with each more. */
const maxCost = 17;

/**
 * Parses an htpasswd file: lines of `user:hash`, blank lines and comments. A user may stand on several lines.
 * @throws Failure `invalid` for a malformed line, for a hash that is not bcrypt, and for a file without any user, which
 *   would lock everybody out. The message never contains what might be a secret
 */
export function parseHtpasswd(text: string): Users {
  const users = new Map<string, string[]>();
  for (const [i, raw] of text
    .replace(/^\u{FEFF}/u, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const { user, hash } = parseLine(line, i + 1);
    const hashes = users.get(user);
    if (hashes === undefined) users.set(user, [hash]);
    else hashes.push(hash);
  }
  if (users.size === 0) {
    throw new Failure('invalid', 'The htpasswd file names no user: add one with `htpasswd -B`');
  }
  return users;
}

function parseLine(line: string, number: number): { user: string; hash: string } {
  const colon = line.indexOf(':');
  const user = line.slice(0, Math.max(colon, 0));
  if (user === '' || /\p{Cc}/u.test(user)) {
    throw new Failure('invalid', `Line ${number} of the htpasswd file is not user:hash`);
  }
  const hash = line.slice(colon + 1);
  const cost = costOf(hash);
  if (cost === undefined) {
    throw new Failure(
      'invalid',
      `Line ${number} of the htpasswd file, user ${user}: not a bcrypt hash; make it with \`htpasswd -B\``,
    );
  }
  if (cost > maxCost) {
    throw new Failure(
      'invalid',
      `Line ${number} of the htpasswd file, user ${user}: cost ${cost} is too slow; use at most ${maxCost}`,
    );
  }
  return { user, hash };
}

/** Undefined for what is no bcrypt hash. The library knows more encodings than the three that tools write. */
function costOf(hash: string): number | undefined {
  if (!/^\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}$/.test(hash)) return undefined;
  try {
    return parseOptions(hash).cost;
  } catch {
    return undefined;
  }
}
