import test from 'ava';
import * as fc from 'fast-check';
import { parseCredentials } from '../../../src/http/auth/credentials.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');

test('what a client encodes comes back', (t) => {
  const text = fc
    .string({ unit: 'binary' })
    .filter((value) => !/\p{Cc}/u.test(value) && value.isWellFormed());
  const user = text.filter((value) => !value.includes(':'));
  fc.assert(
    fc.property(user, text, (name, password) => {
      t.deepEqual(parseCredentials(`Basic ${encode(`${name}:${password}`)}`), { user: name, password });
    }),
  );
});

test('the scheme is of any case, and padding may be missing', (t) => {
  const wanted = { user: 'a', password: 'b:c' };
  t.deepEqual(parseCredentials(`bAsIc   ${encode('a:b:c')}`), wanted);
  t.deepEqual(parseCredentials(`Basic ${encode('a:b:c').replaceAll('=', '')} `), wanted);
});

for (const [name, header] of [
  ['nothing', ''],
  ['a scheme alone', 'Basic'],
  ['an empty token', 'Basic '],
  ['another scheme', `Bearer ${encode('a:b')}`],
  ['no colon', `Basic ${encode('ab')}`],
  ['not base64', 'Basic a:b'],
  ['two tokens', `Basic ${encode('a:b')} ${encode('a:b')}`],
  ['not UTF-8', `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`],
  ['a NUL, which would end the password for bcrypt', `Basic ${encode('a:b\0c')}`],
] as const) {
  test(`${name} gives no credentials`, (t) => {
    t.is(parseCredentials(header), undefined);
  });
}
