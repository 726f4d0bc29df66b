import { parsePax } from '../../layer/pax.ts';
import { TarFault } from '../../layer/tar-fault.ts';
import { checkSum, isZeroBlock, readNumber, readText } from '../../layer/tar-header.ts';

/** `size`: bytes of the body as the block says; a PAX header before it may say otherwise. */
export type TarHeader = { end: false; type: string; size: number } | { end: true };

/**
 * What a tar's reader must know to go on: `end` is a block of zeros. Undefined: that is no header. It is laxer than what a
 * droplet must keep to: a rootfs passes as it is, and comes from an operator.
 */
export function readHeader(block: Buffer): TarHeader | undefined {
  if (isZeroBlock(block)) return { end: true };
  return unlessFaulty(() => {
    checkSum(block);
    const size = readNumber(block, 'size');
    return size < 0 ? undefined : { end: false, type: readText(block, 'typeflag'), size };
  });
}

/** The records of a PAX header, whose body zeros fill up to a whole block. Undefined: they are malformed. */
export function readPax(body: Buffer): Map<string, string> | undefined {
  return unlessFaulty(() => {
    const records = parsePax(body.toString('latin1').replace(/\0+$/, ''));
    return new Map(records.map(({ key, value }) => [key, value]));
  });
}

function unlessFaulty<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TarFault) return undefined;
    throw error;
  }
}
