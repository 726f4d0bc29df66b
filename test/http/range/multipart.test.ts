import test from 'ava';
import * as fc from 'fast-check';
import { multipartRanges } from '../../../src/http/range.ts';

const data = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const boundary = 'c0ffee-0123456789';

const range = fc
  .tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

test('the parts come back as they were asked for, and the length is exact', (t) => {
  fc.assert(
    fc.property(fc.array(range, { minLength: 2, maxLength: 6 }), (ranges) => {
      const multipart = multipartRanges(ranges, data.length, 'application/x-test', boundary);
      const pieces = ranges.flatMap(({ start, end }, i) => [
        Buffer.from(multipart.headers[i] ?? ''),
        data.subarray(start, end + 1),
      ]);
      const body = Buffer.concat([...pieces, Buffer.from(multipart.closing)]);
      t.is(multipart.contentLength, body.length);
      t.is(multipart.contentType, `multipart/byteranges; boundary=${boundary}`);
      t.deepEqual(
        parse(body),
        ranges.map(({ start, end }) => ({
          head: `Content-Type: application/x-test\r\nContent-Range: bytes ${start}-${end}/256`,
          bytes: data.subarray(start, end + 1).toString('hex'),
        })),
      );
    }),
  );
});

test('the whole body, spelled out', (t) => {
  const ranges = [
    { start: 0, end: 0 },
    { start: 5, end: 6 },
  ];
  const { headers, closing, contentLength } = multipartRanges(ranges, 10, 'text/plain', 'x');
  t.deepEqual(headers, [
    '--x\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/10\r\n\r\n',
    '\r\n--x\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-6/10\r\n\r\n',
  ]);
  t.is(closing, '\r\n--x--\r\n');
  t.is(contentLength, `${headers.join('')}${closing}abc`.length);
});

/** By RFC 2046 §5.1.1: delimiters are a line break, two hyphens and the boundary; the first needs no line break. */
function parse(body: Buffer): { head: string; bytes: string }[] {
  const [preamble, ...parts] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`);
  if (preamble !== '' || parts.pop() !== '--\r\n') throw new Error('no multipart body');
  return parts.map((part) => {
    const end = part.indexOf('\r\n\r\n');
    return { head: part.slice(2, end), bytes: Buffer.from(part.slice(end + 4), 'latin1').toString('hex') };
  });
}
