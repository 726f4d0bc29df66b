/** Bytes `start` to `end`, both inclusive and inside of the representation. */
export type SatisfiableRange = { start: number; end: number };

export type WantedRanges =
  { kind: 'whole' } | { kind: 'unsatisfiable' } | { kind: 'ranges'; ranges: SatisfiableRange[] };

/** As many as podman asks for at once. */
const maxRanges = 1024;

/**
 * What a Range header asks for of `size` bytes (RFC 9110 §14.1, §14.2). A unit other than bytes, a malformed header, more
 * than 1024 ranges, and ranges that together are longer than the whole, are ignored: the answer is `whole`, which every
 * client takes. `500-0` is unsatisfiable, as other registries have it. Ranges that cannot be satisfied are left out beside
 * others. Nothing is sorted or coalesced, though RFC 9110 would allow it: podman takes the n-th part for its n-th range.
 */
export function parseRange(header: string, size: number): WantedRanges {
  const [, list] = /^[ \t]*bytes[ \t]*=(.*)$/is.exec(header) ?? [];
  if (list === undefined || size === 0) return { kind: 'whole' };
  const specs = list
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > maxRanges) return { kind: 'whole' };
  const ranges: SatisfiableRange[] = [];
  for (const spec of specs) {
    const range = parseSpec(spec, size);
    if (range === 'malformed') return { kind: 'whole' };
    if (range !== 'unsatisfiable') ranges.push(range);
  }
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  const total = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return total > size ? { kind: 'whole' } : { kind: 'ranges', ranges };
}

function parseSpec(spec: string, size: number): SatisfiableRange | 'malformed' | 'unsatisfiable' {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return 'malformed';
  // Numbers beyond 2^53 lose digits but stay past the end of any representation.
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

/** Whether Range applies: If-Range names this very entity tag. A date never does, for lack of one (RFC 9110 §13.1.5). */
export function ifRangeMatches(header: string, etag: string): boolean {
  return header.trim() === etag && !etag.startsWith('W/');
}

/** Whether If-None-Match names the entity tag, by weak comparison, so that the answer is 304 (RFC 9110 §13.1.2). */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return [...header.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}

export type Multipart = {
  /** of the answer */
  contentType: string;
  /** What goes before the bytes of each range. */
  headers: string[];
  /** What follows the bytes of the last. */
  closing: string;
  /** of the answer's whole body, in bytes */
  contentLength: number;
};

/** Everything but the bytes of a `multipart/byteranges` body (RFC 9110 §14.6). `boundary` must not occur in them. */
export function multipartRanges(
  ranges: readonly SatisfiableRange[],
  size: number,
  contentType: string,
  boundary: string,
): Multipart {
  const headers = ranges.map(
    ({ start, end }, i) =>
      `${i === 0 ? '' : '\r\n'}--${boundary}\r\n` +
      `Content-Type: ${contentType}\r\nContent-Range: bytes ${start}-${end}/${size}\r\n\r\n`,
  );
  const closing = `\r\n--${boundary}--\r\n`;
  const framing = Buffer.byteLength(headers.join('') + closing);
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    headers,
    closing,
    contentLength: ranges.reduce((sum, { start, end }) => sum + end - start + 1, framing),
  };
}
