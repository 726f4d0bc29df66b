import { Failure } from '../../errors.ts';
import { openElf } from './file.ts';
import type { KeptFile } from './kept-file.ts';
import { readSegments, segmentType, type Segment } from './segments.ts';

/** Bytes to keep of a file: from its start, and of segments beyond. */
export type Keep = { head: number; beyond: number };

/** Bytes `start` to `end`, without `end`. */
export type Range = { start: number; end: number };

/**
 * Where the loader's tables lie in a file that is too large to be kept whole. Most linkers put all but the dynamic section into
 * the head; tools that change a finished file append small segments for the tables that they move; and Go's linker puts
 * them behind the constants, at the end of a segment. So beyond the head the smaller segments are kept first, and of the
 * first one that is too large its end; those with code never.
 * @param file of which the head is there
 * @returns ranges that neither overlap nor touch, in order; none but the head where its program headers cannot be read
 */
export function rangesToKeep(file: KeptFile, { head, beyond }: Keep): Range[] {
  const ranges = segmentsOf(file)
    .map(({ offset, size }) => ({ start: Math.max(offset, head), end: Math.min(offset + size, file.size) }))
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.end - a.start - (b.end - b.start));
  const kept = [{ start: 0, end: head }];
  let left = beyond;
  for (const { start, end } of ranges) {
    const length = Math.min(end - start, left);
    if (length > 0) kept.push({ start: end - length, end });
    left -= length;
  }
  return joined(kept);
}

function segmentsOf(file: KeptFile): Segment[] {
  const elf = openElf(file);
  if (elf === undefined) return [];
  try {
    return readSegments(elf).filter(({ type, executable }) => {
      return type === segmentType.dynamic || (type === segmentType.load && !executable);
    });
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

function joined(ranges: Range[]): Range[] {
  const found: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last === undefined || last.end < range.start) found.push({ ...range });
    else last.end = Math.max(last.end, range.end);
  }
  return found;
}
