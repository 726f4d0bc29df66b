import { verify } from '@node-rs/bcrypt';
import test from 'ava';
import * as fc from 'fast-check';
import { parseHtpasswd } from '../../../src/http/auth/htpasswd.ts';
import { Failure } from '../../../src/errors.ts';

// As `htpasswd -nbB -C 4` of Debian's apache2-utils prints them.
const old = '$2y$04$ZdyQ8osT/lpY1vGilE/YZ.6bj/Pd2VntjkGU/j8xUa5I2kvnjo4vi';
const umlaut = '$2y$04$.7KPYl6VoiPhhj2KkaM/Xe6cmCRzznXRVq0CSwIWLvuY5qV7JWA.e';

test('lines, comments, blank lines and other line ends', async (t) => {
  const users = parseHtpasswd(`\u{FEFF}# staff\n\nalice:${old}\r\n  bob:${umlaut}  \n`);
  t.deepEqual(
    [...users],
    [
      ['alice', [old]],
      ['bob', [umlaut]],
    ],
  );
  t.true(await verify('old-secret', users.get('alice')?.[0] ?? ''));
  t.true(await verify('päss:word', users.get('bob')?.[0] ?? ''));
});

test('a user on several lines has several passwords', (t) => {
  t.deepEqual(parseHtpasswd(`a:${old}\nb:${old}\na:${umlaut}`).get('a'), [old, umlaut]);
});

test('$2a$, $2b$ and $2y$ are bcrypt', (t) => {
  for (const version of ['2a', '2b', '2y']) {
    t.is(parseHtpasswd(`a:${old.replace('2y', version)}`).size, 1);
  }
});

for (const [name, hash] of [
  ['MD5', '$apr1$WcCjXBwK$J0ogBKAHGBWeg7SFc62d71'],
  ['SHA-1', '{SHA}z0jT3TdveclVlHs5WCpg5cPeIe8='],
  ['crypt', 'v2FkhasH/3.8g'],
  ['plain text', 'hunter2-secret'],
  ['$2x$', old.replace('2y', '2x')],
  ['a cut hash', old.slice(0, -1)],
  ['a hash with more behind it', `${old}:more`],
  ['a cost out of range', old.replace('$04$', '$03$')],
  ['bits that bcrypt does not write', `${old.slice(0, 29)}${'z'.repeat(31)}`],
  ['no hash', ''],
] as const) {
  test(`${name} is refused with line and user, and not shown`, (t) => {
    const error = t.throws(() => parseHtpasswd(`# c\nalice:${old}\nbob:${hash}\n`), { instanceOf: Failure });
    t.is(error.code, 'invalid');
    t.regex(error.message, /Line 3 .*user bob/);
    t.true(hash === '' || !error.message.includes(hash));
  });
}

test('a cost that would block us for long is refused', (t) => {
  t.throws(() => parseHtpasswd(`a:${old.replace('$04$', '$18$')}`), { message: /Line 1 .*user a: cost 18/ });
  t.is(parseHtpasswd(`a:${old.replace('$04$', '$17$')}`).size, 1);
});

test('a line without a user is not shown: it may be a password', (t) => {
  for (const line of ['my-secret', `:${old}`, `a\u{7}my-secret:${old}`]) {
    const error = t.throws(() => parseHtpasswd(line), { message: /Line 1 .*user:hash/ });
    t.false(error.message.includes('secret'));
  }
});

test('a file without users is refused, since it would lock everybody out', (t) => {
  for (const text of ['', '\n\n', '# alice\n']) {
    t.throws(() => parseHtpasswd(text), { instanceOf: Failure, message: /no user/ });
  }
});

test('any text is parsed or refused as invalid', (t) => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((user) => `${user}:${old}`),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        const users = parseHtpasswd(lines.join('\n'));
        return [...users.values()].every(
          (hashes) => hashes.length > 0 && hashes.every((hash) => hash === old),
        );
      } catch (error) {
        return error instanceof Failure && error.code === 'invalid';
      }
    }),
  );
  t.pass();
});
