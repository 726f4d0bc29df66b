import test from 'ava';
import * as fc from 'fast-check';
import { ifRangeMatches, noneMatch } from '../../../src/http/range.ts';

const etag = '"sha256:abc"';

test('If-Range holds for the very same strong tag only', (t) => {
  t.true(ifRangeMatches(etag, etag));
  t.true(ifRangeMatches(` ${etag} `, etag));
  for (const header of [
    '',
    '*',
    '"other"',
    'sha256:abc',
    `W/${etag}`,
    `${etag}, "other"`,
    'Sat, 21 Nov 2026 06:00:00 GMT',
  ]) {
    t.false(ifRangeMatches(header, etag), header);
  }
  t.false(ifRangeMatches(`W/${etag}`, `W/${etag}`));
});

test('If-None-Match names tags, compared weakly', (t) => {
  for (const header of ['*', ' * ', etag, `W/${etag}`, `"a", ${etag}`, `"a,b",W/${etag} , "c"`]) {
    t.true(noneMatch(header, etag), header);
    t.true(noneMatch(header, `W/${etag}`), header);
  }
  for (const header of [
    '',
    '"a"',
    'sha256:abc',
    '"*"',
    '"sha256:abc',
    '"sha256:abcd"',
    `"a, ${etag.slice(1, -1)}"`,
  ]) {
    t.false(noneMatch(header, etag), header);
  }
});

test('a list matches when, and only when, the tag is in it', (t) => {
  const opaque = fc.string({ unit: fc.constantFrom('a', 'b', ',', ' ', '/', 'W', '*'), maxLength: 3 });
  const tag = fc.tuple(fc.constantFrom('', 'W/'), opaque);
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 4 }), opaque, (list, own) => {
      const header = list.map(([weak, text]) => `${weak}"${text}"`).join(', ');
      return noneMatch(header, `"${own}"`) === list.some(([, text]) => text === own);
    }),
  );
  t.pass();
});
