import type { ByteRange, ObjectInfo } from '../store.ts';
import type { Answer } from './client.ts';

/** @throws Error of an answer that does not say how large the object is, or whose bytes are other ones than its */
export function infoOf(
  key: string,
  { headers }: Answer,
  size = Number(headers['content-length']),
): ObjectInfo {
  if (!Number.isSafeInteger(size)) throw new Error('the answer does not say the size');
  const encoding = text(headers['content-encoding']) ?? 'identity';
  if (encoding !== 'identity') throw new Error(`the answer is encoded by ${encoding}`);
  const modified = timeOf(text(headers['last-modified']));
  return { key, size, modified, etag: text(headers.etag) ?? etagOf(size, modified) };
}

/** Where a server gives none, as nginx in its lists: the one that nginx makes. */
export function etagOf(size: number, modified: number): string {
  return `"${Math.floor(modified / 1000).toString(16)}-${size.toString(16)}"`;
}

/** Milliseconds of an HTTP date; 0 where there is none. */
export function timeOf(date: string | undefined): number {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? 0 : time;
}

/**
 * The size of the object of which an answer brings a range.
 * @throws Error when that is not the one that was asked for
 */
export function sizeInRange({ headers }: Answer, { start, end = Infinity }: ByteRange): number {
  const [, first, last, all] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(text(headers['content-range']) ?? '') ?? [];
  const size = Number(all);
  if (Number(first) !== start || Number(last) !== Math.min(end, size - 1))
    throw new Error('it gave other bytes than the range that was asked for');
  return size;
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
