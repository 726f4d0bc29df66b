import test from 'ava';
import fc from 'fast-check';
import { isFailure } from '../../../src/errors.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import {
  isForced,
  readImageReference,
  requireImageReference,
} from '../../../src/rootfs/registry/image-reference.ts';

const digest = sha256('x');

test('references are read', (t) => {
  const rows: [string, [registry: string, host: string, repository: string, target: string]][] = [
    ['localhost/a:1', ['localhost', 'localhost', 'a', '1']],
    [
      'Registry.Example.org/a/b-c__d:v1.2',
      ['registry.example.org', 'registry.example.org', 'a/b-c__d', 'v1.2'],
    ],
    ['127.0.0.1:5000/a:1', ['127.0.0.1:5000', '127.0.0.1:5000', 'a', '1']],
    ['[::1]:5000/a:1', ['[::1]:5000', '[::1]:5000', 'a', '1']],
    [`r.example/a@${digest}`, ['r.example', 'r.example', 'a', digest]],
    [`r.example/a:1@${digest}`, ['r.example', 'r.example', 'a', digest]],
    ['docker://r.example/a:1', ['r.example', 'r.example', 'a', '1']],
    ['docker.io/cloudfoundry/fs:1', ['docker.io', 'registry-1.docker.io', 'cloudfoundry/fs', '1']],
    ['index.docker.io/debian:12', ['docker.io', 'registry-1.docker.io', 'library/debian', '12']],
  ];
  for (const [text, [registry, host, repository, target]] of rows) {
    t.like(readImageReference(text), { registry, host, repository, target }, text);
    t.is(readImageReference(text)?.digest, target === digest ? digest : undefined);
  }
});

test('what is no reference, or leaves open what is meant, is none', (t) => {
  const texts = [
    ['', 'a', 'a:1', 'debian:12', 'library/debian:12', 'r.example/a', 'r.example/', 'r.example/:1'],
    ['r.example/A:1', 'r.example/a//b:1', 'r.example/../a:1', 'r.example/a:b/c', 'r.example/a:1?x'],
    ['r.example/a@sha256:abc', `r.example/a@sha512:${'0'.repeat(128)}`, 'r.example/a@', 'r.example/a:1@'],
    ['user:pw@r.example/a:1', 'r.example:/a:1', 'r.example:99999/a:1', '-r.example/a:1', './a.b:1'],
    ['http://r.example/a:1', 'https://r.example/a:1', 'r..example/a:1', 'r.example\n/a:1', '[::1/a:1'],
    ['rootfs.tar.gz', './rootfs.tar', '/tmp/rootfs:1', 'build.d/rootfs.tar', '../x.y/a:1', 'C:\\x'],
    [`r.example/${'a'.repeat(256)}:1`, 'r.example/a:1#x', 'r.example/a:1\n'],
  ].flat();
  for (const text of texts) {
    t.is(readImageReference(text), undefined, text);
    t.true(
      isFailure(
        t.throws(() => requireImageReference(text)),
        'invalid',
      ),
    );
  }
});

test('only the prefix forces', (t) => {
  t.true(isForced('docker://r.example/a:1'));
  t.false(isForced('r.example/docker://a:1'));
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const host = fc
  .tuple(
    fc.array(label, { minLength: 2, maxLength: 4 }),
    label,
    fc.option(fc.integer({ min: 1, max: 65_535 })),
  )
  .map(([labels, last, port]) => `${[...labels, `x${last}`].join('.')}${port === null ? '' : `:${port}`}`)
  .filter((name) => !name.includes('docker.io') && !/(?:^|\.)(?:xn|[a-z0-9]{2})--/.test(name));
const component = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/);
const repository = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,30}$/);
const digests = fc.uint8Array().map(sha256);

test('what is put together is taken apart', (t) => {
  fc.assert(
    fc.property(host, repository, fc.oneof(tag, digests), (registry, name, target) => {
      const text = `${registry}/${name}${target.startsWith('sha256:') ? '@' : ':'}${target}`;
      const found = readImageReference(text);
      t.deepEqual(
        [found?.registry, found?.host, found?.repository, found?.target],
        [registry, registry, name, target],
        text,
      );
    }),
  );
});

test('whatever is read becomes no other host or path in a URL', (t) => {
  const parts = fc.constantFrom(
    'a',
    'Z',
    '.',
    '/',
    ':',
    '@',
    '[',
    ']',
    '%',
    '?',
    '#',
    '\\',
    '-',
    '_',
    '1',
    ' ',
    '\n',
    'localhost',
    digest,
  );
  const texts = fc.oneof(
    fc.array(parts, { maxLength: 30 }).map((items) => items.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const found = readImageReference(`r.example/${text}`) ?? readImageReference(text);
      if (found === undefined) return;
      const path = `/v2/${found.repository}/manifests/${found.target}`;
      const url = new URL(`https://${found.host}${path}`);
      t.is(url.pathname, path, text);
      t.is(url.search + url.hash + url.username, '', text);
    }),
    { numRuns: 2000 },
  );
});
