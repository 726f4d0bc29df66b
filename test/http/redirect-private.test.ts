import test from 'ava';
import fc from 'fast-check';
import { isPrivateHost } from '../../src/http/redirect-private.ts';

const hosts: [string, boolean][] = [
  ['s3.eu-central-1.amazonaws.com', false],
  ['s3.example.org.', false],
  ['localhost.example.org', false],
  ['notlocal', true],
  ['localhost', true],
  ['LOCALHOST.', true],
  ['s3.localhost', true],
  ['minio', true],
  ['minio.storage.svc', true],
  ['minio.storage.svc.cluster.local', true],
  ['s3.internal', true],
  ['s3.home.arpa', true],
  ['8.8.8.8', false],
  ['127.1', true],
  ['0x7f000001', true],
  ['2130706433', true],
  ['0177.0.0.1', true],
  ['0.0.0.0', true],
  ['9.255.255.255', false],
  ['10.0.0.0', true],
  ['100.64.0.1', true],
  ['169.254.169.254', true],
  ['172.15.255.255', false],
  ['172.16.0.0', true],
  ['172.32.0.0', false],
  ['192.168.255.255', true],
  ['224.0.0.1', true],
  ['[::1]', true],
  ['[::]', true],
  ['[fd12::1]', true],
  ['[fe80::1]', true],
  ['[::ffff:10.0.0.1]', true],
  ['[::ffff:7f00:1]', true],
  ['[::ffff:8.8.8.8]', false],
  ['[2a00:1450::1]', false],
];

for (const [host, isPrivate] of hosts) {
  test(`${host} is ${isPrivate ? 'private' : 'of the Internet'}`, (t) => {
    t.is(isPrivateHost(new URL(`http://${host}:80`).hostname), isPrivate);
  });
}

test('an address is the same in all its forms', (t) => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, (...octets) => {
      const [number, dotted] = [octets.reduce((sum, one) => sum * 256 + one, 0), octets.join('.')];
      const forms = [String(number), `0x${number.toString(16)}`, `[::ffff:${dotted}]`];
      const isPrivate = isPrivateHost(dotted);
      t.true(octets[0] !== 10 || isPrivate);
      for (const form of forms) t.is(isPrivateHost(new URL(`http://${form}/`).hostname), isPrivate, form);
    }),
  );
});
