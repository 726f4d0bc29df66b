import test from 'ava';
import { isLoopback } from '../../../src/http/auth/loopback.ts';

for (const host of [
  'localhost',
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
  '0:0:0:0:0:0:0:1',
]) {
  test(`${host} is reached from here only`, (t) => t.true(isLoopback(host)));
}

for (const host of [
  '',
  '0.0.0.0',
  '::',
  '[::]',
  '10.0.0.1',
  '128.0.0.1',
  '127.0.0.1.example.org',
  'example.org',
  '::2',
]) {
  test(`${host || 'every address'} may be reached from elsewhere`, (t) => t.false(isLoopback(host)));
}
