import test from 'ava';
import * as fc from 'fast-check';
import { isFailure } from '../../src/errors.ts';
import { parseDropletTag, parseReference, parseRepository } from '../../src/oci/reference.ts';

const sha1 = 'a'.repeat(40);
const sha256 = 'b'.repeat(64);

test('repositories', (t) => {
  t.like(parseRepository('cloudfoundry/4c2e'), droplet('cloudfoundry/4c2e', undefined, '4c2e'));
  t.like(parseRepository('cflinuxfs4/a-guid'), droplet('cflinuxfs4/a-guid', 'cflinuxfs4', 'a-guid'));
  t.like(parseRepository('cflinuxfs4/rootfs'), {
    kind: 'rootfs',
    name: 'cflinuxfs4/rootfs',
    stack: 'cflinuxfs4',
  });
});

for (const [name, code] of [
  ['', 'NAME_INVALID'],
  ['/', 'NAME_INVALID'],
  ['a/', 'NAME_INVALID'],
  ['/a', 'NAME_INVALID'],
  ['A/guid', 'NAME_INVALID'],
  ['a/gu..id', 'NAME_INVALID'],
  ['a/gu___id', 'NAME_INVALID'],
  ['a/-guid', 'NAME_INVALID'],
  ['a/guid-', 'NAME_INVALID'],
  ['a/gu id', 'NAME_INVALID'],
  ['a/../etc', 'NAME_INVALID'],
  [`a/${'x'.repeat(260)}`, 'NAME_INVALID'],
  ['one', 'NAME_UNKNOWN'],
  ['a/b/cccc', 'NAME_UNKNOWN'],
  ['a/gui', 'NAME_UNKNOWN'],
  ['cloudfoundry/rootfs', 'NAME_UNKNOWN'],
] as const) {
  test(`the name ${JSON.stringify(name.slice(0, 20))} is ${code}`, (t) => {
    t.like(
      t.throws(() => parseRepository(name)),
      { reason: code },
    );
  });
}

test('droplet tags', (t) => {
  t.deepEqual(parseDropletTag(sha1), { hash: sha1, version: undefined });
  t.deepEqual(parseDropletTag(sha256), { hash: sha256, version: undefined });
  t.deepEqual(parseDropletTag(`${sha1}-1.268.0`), { hash: sha1, version: '1.268.0' });
  t.deepEqual(parseDropletTag(`${sha256}-v-1_x`), { hash: sha256, version: 'v-1_x' });
  for (const tag of [
    'latest',
    `${sha1}x`,
    `${sha1}-`,
    `${sha1}--1`,
    sha1.toUpperCase(),
    `${sha1}-${'1'.repeat(64)}`,
    `${sha1}-__proto__`,
  ]) {
    t.is(parseDropletTag(tag), undefined, tag);
  }
});

test('any text is a name, or is refused by name', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      for (const parse of [parseRepository, parseReference] as const) {
        try {
          parse(text);
          t.pass();
        } catch (error) {
          t.true(isFailure(error, 'invalid', 'not-found'));
        }
      }
    }),
  );
});

test('what is parsed can be a key of the store', (t) => {
  const component = fc.stringMatching(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/);
  fc.assert(
    fc.property(component, component, (stack, guid) => {
      try {
        const parsed = parseRepository(`${stack}/${guid}`);
        t.true(
          parsed.kind === 'rootfs' || !parsed.guid.split('/').some((part) => part === '..' || part === '.'),
        );
      } catch (error) {
        t.true(isFailure(error, 'not-found', 'invalid'));
      }
    }),
  );
});

function droplet(name: string, stack: string | undefined, guid: string): Record<string, unknown> {
  return { kind: 'droplet', name, stack, guid };
}
