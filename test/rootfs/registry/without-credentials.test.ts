import test from 'ava';
import fc from 'fast-check';
import { withoutCredentials } from '../../../src/rootfs/registry/without-credentials.ts';

test('no password is left of a URL, whatever it is made of', (t) => {
  const digest = `@sha256:${'0'.repeat(64)}`;
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', digest), (password, end) => {
      const shown = withoutCredentials(`https://user:${password}@registry.example.org/rootfs:1${end}`);
      t.is(shown, `…@registry.example.org/rootfs:1${end}`);
    }),
  );
});

test('a reference stays as it is', (t) => {
  for (const text of [
    'r.example.org/a:1',
    `r.example.org/a:1@sha256:${'0'.repeat(64)}`,
    'docker://r.example.org/a:1',
  ])
    t.is(withoutCredentials(text), text);
});
