import { Failure } from '../../errors.ts';
import type { ElfFile } from './file.ts';

/** Reads the name that starts at `offset` of the string table. */
export type NameReader = (offset: number) => string;

/** Far more than real files have. Together they bound what a hostile one can make us read and keep. */
const mostNames = 10_000;
const longestName = 4096;

/**
 * A reader of one file's string table, `size` bytes from `start`.
 * It throws Failure `invalid` for a name that does not end within the table, and for one name too many.
 */
export function nameReader(file: ElfFile, start: number, size: number): NameReader {
  const tableEnd = Math.min(start + size, file.bytes.length);
  let count = 0;
  return (offset) => {
    count += 1;
    if (count > mostNames) throw new Failure('invalid', `it has more than ${mostNames} ELF names`);
    const from = start + offset;
    const rest = file.bytes.subarray(from, Math.max(from, Math.min(tableEnd, from + longestName)));
    const length = rest.indexOf(0);
    if (length < 0) throw new Failure('invalid', 'an ELF name does not end within its table');
    return rest.toString('utf8', 0, length);
  };
}
