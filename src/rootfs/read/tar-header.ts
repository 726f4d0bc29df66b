export const blockSize = 512;

/** `size`: bytes of the body as the block says; a PAX header before it may say otherwise. */
export type TarHeader = { end: false; type: string; size: number } | { end: true };

/**
 * What a tar's reader must know to go on (POSIX pax, "ustar Interchange Format"; GNU's base-256 numbers): `end` is a
 * block of zeros. Undefined: that is no header.
 */
export function readHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return { end: true };
  const sum = readNumber(block.subarray(148, 156));
  if (sum !== sumOf(block, false) && sum !== sumOf(block, true)) return undefined;
  const size = readNumber(block.subarray(124, 136));
  return size === undefined ? undefined : { end: false, type: block.toString('latin1', 156, 157), size };
}

/** Never zero: each record leads further on. */
const lengthGrammar = /^[1-9][0-9]{0,9}$/;

/** The records of a PAX header, whose body zeros fill up to a whole block. Undefined: they are malformed. */
export function readPax(body: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const blank = body.indexOf(' ', at);
    const digits = body.toString('latin1', at, Math.max(blank, at));
    const end = at + Number(digits);
    if (!lengthGrammar.test(digits) || end <= blank || end > body.length || body[end - 1] !== 0x0a) {
      return undefined;
    }
    const record = body.toString('latin1', blank + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals < 1) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

/** Octal digits between blanks, or a first byte of 0x80 before a big-endian number. Never negative. */
function readNumber(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const match = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'));
  return match === null ? undefined : Number.parseInt(match[1] || '0', 8);
}

/** Sum of all bytes, the checksum's own taken as blanks. Some old writers took bytes as signed. */
function sumOf(block: Buffer, signed: boolean): number {
  let sum = 0;
  for (let at = 0; at < blockSize; at++) {
    const byte = at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
    sum += signed && byte > 127 ? byte - 256 : byte;
  }
  return sum;
}
