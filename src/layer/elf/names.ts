import { Failure } from '../../errors.ts';
import { unreadable } from './file.ts';
import { bytesFrom, type KeptFile } from './kept-file.ts';

/** Reads the name that starts at `offset` of the string table. */
export type NameReader = (offset: number) => string;

/** What may still be read. Each name costs its bytes and `nameCost`, so that a million empty ones are not free either. */
export type NameBudget = { left: number };

const nameCost = 64;
/** Far more than real files have. */
const longestName = 4096;

/**
 * A reader of a string table, which lies at `start` of the file and has `size` bytes. It throws Failure `invalid` for a name
 * that does not end within the table, and `too-large` for one over the budget and for one that was not kept.
 */
export function nameReader(
  file: KeptFile,
  { start, size }: { start: number; size: number },
  budget: NameBudget,
): NameReader {
  const tableEnd = Math.min(start + size, file.size);
  return (offset) => {
    if (budget.left <= 0) throw new Failure('too-large', 'it has more ELF names than are read');
    const from = start + offset;
    const wanted = Math.min(tableEnd - from, longestName);
    const rest = bytesFrom(file, from, wanted);
    const length = rest.indexOf(0);
    budget.left -= nameCost + Math.max(length, 0);
    if (length >= 0) return rest.toString('utf8', 0, length);
    if (rest.length < wanted) throw unreadable(file, from, wanted);
    throw new Failure('invalid', 'an ELF name does not end within its table');
  };
}
