import { Failure } from '../../errors.ts';
import type { ElfFile } from './file.ts';

/** A stretch of the file, and the address that it gets when it is loaded. */
export type Segment = {
  type: number;
  executable: boolean;
  offset: number;
  address: number;
  /** bytes in the file */
  size: number;
};

export const segmentType = { load: 1, dynamic: 2 };
const executableFlag = 1;

/** Real files have a dozen, those that tools changed a few more. */
const mostSegments = 256;

/**
 * System V ABI, "Program Header": the classes order the members differently.
 * @throws Failure `invalid`, `too-large`
 */
export function readSegments(file: ElfFile): Segment[] {
  const wide = file.identity.class === 64;
  const start = file.word(wide ? 32 : 28);
  const length = file.u16(wide ? 54 : 42);
  const count = file.u16(wide ? 56 : 44);
  if (count > 0 && length < (wide ? 56 : 32)) {
    throw new Failure('invalid', 'its ELF program headers are too short');
  }
  if (count > mostSegments) throw new Failure('invalid', 'its ELF program headers are too many');
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * length;
    return {
      type: file.u32(at),
      executable: (file.u32(at + (wide ? 4 : 24)) & executableFlag) !== 0,
      offset: file.word(at + (wide ? 8 : 4)),
      address: file.word(at + (wide ? 16 : 8)),
      size: file.word(at + (wide ? 32 : 16)),
    };
  });
}
