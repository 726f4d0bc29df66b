import test from 'ava';
import { parseApk } from '../../../src/rootfs/contents/apk.ts';

const installed = `C:Q1abcdefghijklmnopqrstuvwxyz0=
P:musl
V:1.2.5-r9
A:x86_64
S:400000
I:640000
T:the C library
U:https://example.org/
L:MIT
o:musl
m:Nobody <nobody@example.org>
t:1700000000
c:0123456789
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1abcdefghijklmnopqrstuvwxyz0=

C:Q1bcdefghijklmnopqrstuvwxyza0=
P:libcrypto3
V:3.3.2-r1
A:x86_64
o:openssl
F:usr
F:usr/lib
R:libcrypto.so.3
a:0:0:755

P:.build-deps
V:20240101.000000
A:noarch
D:musl

`;

test('lists the packages, with the origin of those that come from another', (t) => {
  t.deepEqual(parseApk(installed), [
    { name: 'musl', version: '1.2.5-r9', architecture: 'x86_64', manager: 'apk' },
    { name: 'libcrypto3', version: '3.3.2-r1', architecture: 'x86_64', manager: 'apk', source: 'openssl' },
    { name: '.build-deps', version: '20240101.000000', architecture: 'noarch', manager: 'apk' },
  ]);
});

test('needs no blank line at the end, and finds nothing in what is no database', (t) => {
  t.is(parseApk(installed.trimEnd()).length, 3);
  t.deepEqual(parseApk(''), []);
  t.deepEqual(parseApk('V:1\nA:x86_64\n'), []);
});
