import test from 'ava';
import fc from 'fast-check';
import { childrenOf } from '../../src/store/webdav/children.ts';
import { parseMultistatus } from '../../src/store/webdav/multistatus.ts';

/** A name of a file, and how a server may write it in a path: any byte may be encoded, some must be. */
const written = fc
  .array(
    fc.record({
      character: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      encodes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => ({
    name: pieces.map(({ character }) => character).join(''),
    path: pieces.map(({ character, encodes }) => write(character, encodes)).join(''),
  }))
  .filter(({ name }) => name !== '.' && name !== '..' && !/[/\0]/.test(name));

function write(character: string, encodes: boolean): string {
  if (!encodes && /^[A-Za-z0-9._~!$&'()*+,;=:@-]$/.test(character)) return character;
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** What a server lists: files, and folders, which have no size. */
function listOf(...resources: { href: string; size?: number | undefined }[]): string {
  const responses = resources.map(({ href, size }) => {
    const props =
      size === undefined
        ? '<D:resourcetype><D:collection/></D:resourcetype>'
        : `<D:resourcetype/><D:getcontentlength>${size}</D:getcontentlength>`;
    const propstat = `<D:prop>${props}</D:prop><D:status>HTTP/1.1 200 OK</D:status>`;
    return `<D:response><D:href>${escape(href)}</D:href><D:propstat>${propstat}</D:propstat></D:response>`;
  });
  return `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${responses.join('\n')}</D:multistatus>`;
}

test('names come out as they are, whatever a server encodes', (t) => {
  const entries = fc.array(fc.record({ file: written, size: fc.option(fc.nat(), { nil: undefined }) }));
  fc.assert(
    fc.property(written, entries, fc.constantFrom('', 'https://elsewhere:4443'), (above, given, origin) => {
      const folder = new URL(`http://host/admin/${encodeURIComponent(above.name)}/`);
      const base = `${origin}/admin/${above.path}/`;
      const list = given.map(({ file, size }) => ({ href: base + file.path, size }));
      const found = childrenOf(parseMultistatus(listOf({ href: base }, ...list)), folder);
      t.deepEqual(
        found.map(({ name, file }) => ({ name, size: file?.size })),
        given.map(({ file, size }) => ({ name: file.name, size })),
      );
    }),
  );
});

test('whatever a server writes, no name leads out of the folder', (t) => {
  const folder = new URL('http://host/admin/cc/');
  const part = fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '/',
    '\\',
    'a',
    '%00',
    '%ff',
    '?',
    '#',
    '//',
    '%',
    'cc',
    'admin',
    ':',
    ' ',
    '\t',
  );
  const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  let named = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('/admin/cc/', '', '/', 'http://evil/', '//evil/', 'x:'),
      path,
      (start, rest) => {
        let children;
        try {
          const list = listOf({ href: '/admin/cc/' }, { href: start + rest, size: 1 });
          children = childrenOf(parseMultistatus(list), folder);
        } catch (error) {
          t.true(error instanceof Error && !(error instanceof TypeError), String(error));
          return;
        }
        for (const { name } of children) {
          named++;
          t.false(['', '.', '..'].includes(name) || /[/\0]/.test(name), name);
          t.true(new URL(encodeURIComponent(name), folder).pathname.startsWith(folder.pathname));
        }
      },
    ),
    { numRuns: 2_000 },
  );
  t.true(named > 0);
});

test('what is no list is an error in words', (t) => {
  const list = listOf({ href: '/admin/cc/' }, { href: '/admin/cc/a', size: 1 }, { href: '/admin/cc/b&c' });
  const cut = fc.nat(list.length).map((length) => list.slice(0, length));
  const changed = fc
    .tuple(fc.nat(list.length - 1), fc.string({ maxLength: 3 }))
    .map(([at, text]) => list.slice(0, at) + text + list.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(cut, changed, fc.string()), (xml) => {
      try {
        childrenOf(parseMultistatus(xml), new URL('http://host/admin/cc/'));
      } catch (error) {
        t.true(error instanceof Error);
        t.regex(
          error instanceof Error ? error.message : '',
          /^(its answer|it lists|it cannot tell|it does not say the size)/,
        );
      }
      t.pass();
    }),
    { numRuns: 2_000 },
  );
});

test('what lies deeper, beside or above fails the list', (t) => {
  const folder = new URL('http://host/admin/cc/');
  for (const href of [
    '/admin/cc/a/b',
    '/admin/dd/a',
    '/admin/dd/',
    '/admin/',
    '/',
    '/admin/cc/../dd/a',
    '//cc/admin',
  ])
    t.throws(
      () => childrenOf([{ href: '/admin/cc/' }, { href }], folder),
      { message: /does not lie in/ },
      href,
    );
  t.throws(() => childrenOf([{ href: '/admin/cc/a' }], folder), { message: /another folder/ });
  t.deepEqual(childrenOf([{ href: '/admin/cc/a/' }, { href: '/admin/cc/' }], folder), [
    { name: 'a', file: undefined },
  ]);
});
