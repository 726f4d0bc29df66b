import test from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { isLoopback, lookupElsewhere, requireElsewhere } from '../../../src/rootfs/registry/addresses.ts';

test('addresses of the link are known in each of their forms', (t) => {
  for (const url of [
    'http://169.254.169.254/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[::ffff:169.254.0.1]/',
  ]) {
    const error = t.throws(() => requireElsewhere(new URL(url).hostname), undefined, url);
    t.true(isFailure(error, 'denied'));
  }
  for (const hostname of [
    '169.253.1.1',
    '10.0.0.1',
    '[fec0::1]',
    '[::1]',
    'fe80.example',
    '169.254.1.1.example',
  ])
    t.notThrows(() => requireElsewhere(hostname), hostname);
});

async function lookup(name: string, all: boolean): Promise<unknown> {
  return new Promise((resolve) =>
    lookupElsewhere(name, { all }, (error, address, family) => resolve(error ?? [address, family])),
  );
}

test('names are resolved, but not to the link', async (t) => {
  t.deepEqual(await lookup('127.0.0.1', false), ['127.0.0.1', 4]);
  t.deepEqual(await lookup('127.0.0.1', true), [[{ address: '127.0.0.1', family: 4 }], undefined]);
  for (const all of [true, false]) {
    t.true(isFailure(await lookup('169.254.169.254', all), 'denied'));
    t.like(await lookup('no-such-host.invalid', all), { code: 'ENOTFOUND' });
  }
});

test('this machine is known by its addresses and its name', (t) => {
  for (const name of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '[::ffff:127.0.0.1]'])
    t.true(isLoopback(name), name);
  for (const name of ['128.0.0.1', 'localhost.example', '127.0.0.1.example', '[::2]'])
    t.false(isLoopback(name), name);
});
