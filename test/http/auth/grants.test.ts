import test from 'ava';
import * as fc from 'fast-check';
import { Failure } from '../../../src/errors.ts';
import { parseGrants } from '../../../src/http/auth/grants.ts';

test('without an entry a user may pull everything, and admin may do all', (t) => {
  for (const text of ['', '# nobody\n', '{}', 'other: {roles: []}']) {
    const grants = parseGrants(text);
    t.deepEqual([...grants('alice').roles], ['pull']);
    t.true(grants('alice').mayUse('cloudfoundry/1234'));
    t.deepEqual([...grants('admin').roles].toSorted(), ['admin', 'droplets', 'pull']);
  }
});

test('an entry gives roles, repositories or both', (t) => {
  const grants = parseGrants(`
cc: { roles: [droplets, pull] }
space: { repositories: ["cloudfoundry/aaaa", "cflinuxfs4/*"] }
admin: { roles: [admin] }
nobody: {}
none: { roles: [], repositories: [] }
7: { roles: [droplets] }
`);
  t.deepEqual([...grants('cc').roles].toSorted(), ['droplets', 'pull']);
  t.true(grants('cc').mayUse('x/y'));
  t.deepEqual([...grants('space').roles], ['pull']);
  t.true(grants('space').mayUse('cloudfoundry/aaaa'));
  t.true(grants('space').mayUse('cflinuxfs4/bbbb'));
  t.false(grants('space').mayUse('cloudfoundry/bbbb'));
  t.deepEqual([...grants('admin').roles], ['admin']);
  t.deepEqual([...grants('nobody').roles], ['pull']);
  t.is(grants('none').roles.size, 0);
  t.false(grants('none').mayUse('x/y'));
  t.deepEqual([...grants('7').roles], ['droplets']);
  t.is(grants('cc').user, 'cc');
});

for (const [glob, yes, no] of [
  [
    'cloudfoundry/*',
    ['cloudfoundry/a', 'cloudfoundry/'],
    ['cloudfoundry', 'cloudfoundry/a/b', 'xcloudfoundry/a'],
  ],
  ['cloudfoundry/**', ['cloudfoundry/a', 'cloudfoundry/a/b'], ['cloudfoundry', 'other/a']],
  ['**', ['a', 'a/b/c', ''], []],
  ['*', ['a', ''], ['a/b']],
  ['*/rootfs', ['cflinuxfs4/rootfs'], ['a/b/rootfs', 'rootfs']],
  ['cf/a-*-z', ['cf/a-1-z', 'cf/a-1-2-z'], ['cf/a-z', 'cf/a-1-z2']],
  ['a.b/c', ['a.b/c'], ['axb/c', 'a.b/c\n']],
] as const) {
  test(`the glob ${glob}`, (t) => {
    const user = parseGrants(`u: {repositories: ["${glob}"]}`)('u');
    for (const name of yes) t.true(user.mayUse(name), name);
    for (const name of no) t.false(user.mayUse(name), name);
  });
}

for (const [name, text, message] of [
  ['an unknown role', 'a: {}\nb: {roles: [pull, root]}', /Line 2, column 19 .*b\.roles\.1/],
  ['an unknown key', 'a:\n  roles: [pull]\n  repos: ["x/*"]', /Line 3, column 10 .*a\.repos/],
  ['an entry that is none', 'a:\nb: {}', /Line 1, .*a:/],
  ['a list of users', '- a', /Line 1, column 1 .*the file/],
  ['text', 'hello', /Line 1, column 1 /],
  ['a user twice', 'a: {}\na: {}', /Line 2, column 1 .*unique/],
  ['broken YAML', 'a: {roles: [pull', /Line 1, /],
  ['an alias of nothing', 'a: *b', /Line 1, .*alias/],
  ['two documents', 'a: {}\n---\nb: {}', /Line 2|Line 3/],
  ['a glob of another kind', 'a: {repositories: ["cf/[ab]"]}', /a\.repositories\.0.*wildcards/],
  ['upper case, which no repository has', 'a: {repositories: [CF/x]}', /a\.repositories\.0/],
  ['an empty glob', 'a: {repositories: [""]}', /a\.repositories\.0/],
  ['three stars', 'a: {repositories: ["***"]}', /a\.repositories\.0: use \*/],
  ['many wildcards', 'a: {repositories: ["a*b*c*d*"]}', /a\.repositories\.0: three/],
] as const) {
  test(`${name} is refused with its place`, (t) => {
    const error = t.throws(() => parseGrants(text), { instanceOf: Failure, message });
    t.is(error.code, 'invalid');
  });
}

test('a name without wildcards covers itself and nothing else', (t) => {
  const name = fc.stringMatching(/^[a-z0-9._-]{1,8}\/[a-z0-9._-]{1,8}$/);
  fc.assert(
    fc.property(name, name, (own, other) => {
      const user = parseGrants(JSON.stringify({ u: { repositories: [own] } }))('u');
      return user.mayUse(own) && user.mayUse(other) === (own === other);
    }),
  );
  t.pass();
});

test('any text is parsed or refused as invalid', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return parseGrants(text)('x').user === 'x';
      } catch (error) {
        return error instanceof Failure && error.code === 'invalid';
      }
    }),
  );
  t.pass();
});
