import { TarFault } from './tar-fault.ts';

/** Headers and bodies of a tar fill whole blocks. */
export const blockSize = 512;

/** What the magic says of the fields behind it. Only `ustar` has a prefix; `gnu` has access and change times there. */
export type Dialect = 'ustar' | 'gnu' | 'v7';

/**
 * Offset and length of the fields of a header (POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar
 * Format"; star's manual page for `trailer`).
 */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  typeflag: [156, 1],
  linkname: [157, 100],
  magic: [257, 8],
  uname: [265, 32],
  gname: [297, 32],
  devmajor: [329, 8],
  devminor: [337, 8],
  prefix: [345, 155],
  atime: [345, 12],
  ctime: [357, 12],
  trailer: [508, 4],
} as const;

type Field = keyof typeof fields;
export type TextField = 'name' | 'linkname' | 'typeflag' | 'uname' | 'gname' | 'prefix';
export type NumberField = Exclude<Field, TextField | 'magic' | 'trailer'>;

const zeros = Buffer.alloc(blockSize);

/** Linux has 32 bits for an owner, and the last number stands for none. Readers cut off what is over, or ignore it. */
export const lastOwner = 2 ** 32 - 2;

export function isZeroBlock(block: Buffer): boolean {
  return block.equals(zeros);
}

/** Zero bytes that follow a body of `size` bytes. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

export function dialectOf(block: Buffer): Dialect {
  if (startsWith(block, 257, 'ustar\0')) return 'ustar';
  return startsWith(block, 257, 'ustar  \0') ? 'gnu' : 'v7';
}

/**
 * Checks what readers look at before they know what a header means: one that cannot read a number fails on the whole
 * archive, even where the number does not matter.
 * @throws TarFault `checksum`, `number`, `ambiguous`
 */
export function checkHeader(block: Buffer): void {
  checkSum(block);
  for (const field of ['mode', 'size'] as const) requirePositive(block, field);
  for (const field of ['uid', 'gid'] as const) requireOwner(block, field);
  readNumber(block, 'mtime');
  const dialect = dialectOf(block);
  if (dialect === 'v7') return;
  requirePositive(block, 'devmajor');
  requirePositive(block, 'devminor');
  if (dialect === 'gnu') {
    readNumber(block, 'atime');
    readNumber(block, 'ctime');
  } else if (startsWith(block, 508, 'tar\0')) {
    throw new TarFault('ambiguous', "the header has star's own form: make the archive with another program");
  }
}

/** @throws TarFault `checksum`, `number` */
export function checkSum(block: Buffer): void {
  const sum = readNumber(block, 'checksum');
  if (sum === sumOf(block) || sum === signedSumOf(block)) return;
  throw new TarFault('checksum', `the header's checksum is ${sum}, and should be ${sumOf(block)}`);
}

/** The bytes up to the first NUL, each as one character. */
export function readText(block: Buffer, field: TextField): string {
  const [start, length] = fields[field];
  if (field === 'typeflag') return String.fromCharCode(block[start] ?? 0);
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return block.toString('latin1', start, end);
}

/** Overwrites a text field, all of it; what does not fit is cut off. */
export function writeText(block: Buffer, field: TextField, text: string): void {
  const [start, length] = fields[field];
  block.fill(0, start, start + length);
  block.write(text, start, length, 'latin1');
}

/**
 * Octal digits between blanks, or GNU's base-256: a first byte of 0x80 or 0xff, then two's complement.
 * @throws TarFault `number` for anything else, and beyond 2^53
 */
export function readNumber(block: Buffer, field: NumberField): number {
  const [start, length] = fields[field];
  const lead = block[start];
  const value =
    lead === 0x80 || lead === 0xff
      ? readBase256(block.subarray(start + 1, start + length), lead === 0xff)
      : readOctal(block, start, start + length);
  if (value !== undefined && Number.isSafeInteger(value)) return value;
  const found = JSON.stringify(block.toString('latin1', start, start + length));
  throw new TarFault('number', `the header's ${field} is no number that can be used: ${found}`);
}

/** Octal where it fits beside a final NUL, else base-256. */
export function writeNumber(block: Buffer, field: NumberField, value: number): void {
  const [start, length] = fields[field];
  const octal = value.toString(8).padStart(length - 1, '0');
  if (octal.length < length) {
    block.write(`${octal}\0`, start, length, 'latin1');
    return;
  }
  let rest = value;
  for (let at = start + length - 1; at > start; at--) {
    block[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  block[start] = 0x80;
}

/** The name that the block alone gives. */
export function readName(block: Buffer): string {
  const prefix = dialectOf(block) === 'ustar' ? readText(block, 'prefix') : '';
  const name = readText(block, 'name');
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Puts a name into the block, where the block has room for it. */
export function writeName(block: Buffer, name: string): boolean {
  const ustar = dialectOf(block) === 'ustar';
  const split = name.length <= 100 ? undefined : ustar ? splitName(name) : -1;
  if (split === -1) return false;
  if (ustar) writeText(block, 'prefix', name.slice(0, split ?? 0));
  writeText(block, 'name', split === undefined ? name : name.slice(split + 1));
  return true;
}

/** Puts as much of a name into the block as there is room for: never a slash at the end, which would say "directory". */
export function writeNameStart(block: Buffer, name: string): void {
  if (dialectOf(block) === 'ustar') writeText(block, 'prefix', '');
  const start = name.slice(0, 100);
  writeText(block, 'name', start.length < name.length ? start.replace(/\/+$/, '') : start);
}

/** Writes the checksum: the last step of every edit. */
export function seal(block: Buffer): void {
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
}

/** A header of the archive's own, in the dialect of its kind: `x` is POSIX's, `L` and `K` are GNU's. */
export function newHeader(type: 'x' | 'L' | 'K' | '5', name: string): Buffer {
  const block = Buffer.alloc(blockSize);
  writeText(block, 'name', name);
  for (const field of ['mode', 'uid', 'gid', 'size', 'mtime'] as const) writeNumber(block, field, 0);
  block.write(type, 156, 'latin1');
  block.write(type === 'L' || type === 'K' ? 'ustar  \0' : 'ustar\u000000', 257, 'latin1');
  return block;
}

/** The slash before the name's last 100 bytes at the most, with 155 bytes before it at the most; or -1. */
function splitName(name: string): number {
  const earliest = name.length - 101;
  const split = name.indexOf('/', Math.max(earliest, 1));
  return split <= 155 && split < name.length - 1 ? split : -1;
}

/** Sum of all bytes, the checksum itself taken as blanks. */
function sumOf(block: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < 148; at++) sum += block[at] ?? 0;
  for (let at = 156; at < blockSize; at++) sum += block[at] ?? 0;
  return sum;
}

/** The same of bytes that are taken as signed, as Sun's tar did. */
function signedSumOf(block: Buffer): number {
  return sumOf(block) - 256 * block.filter(isHigh).length;
}

function isHigh(byte: number, at: number): boolean {
  return byte >= 128 && (at < 148 || at >= 156);
}

function startsWith(block: Buffer, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (block[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

function requireOwner(block: Buffer, field: 'uid' | 'gid'): void {
  requirePositive(block, field);
  const owner = readNumber(block, field);
  if (owner > lastOwner) throw new TarFault('number', `the header's ${field} is over ${lastOwner}: ${owner}`);
}

function requirePositive(block: Buffer, field: NumberField): void {
  const value = readNumber(block, field);
  if (value < 0) throw new TarFault('number', `the header's ${field} is negative: ${value}`);
}

/** Readers differ on a NUL before the digits and on what follows the first blank: both are refused. */
function readOctal(block: Buffer, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && block[at] === blank) at++;
  let value = 0;
  for (let digit = octalDigit(block, at, end); digit >= 0; digit = octalDigit(block, ++at, end))
    value = value * 8 + digit;
  while (at < end && (block[at] === blank || block[at] === 0)) at++;
  return at === end ? value : undefined;
}

const blank = 0x20;

function octalDigit(block: Buffer, at: number, end: number): number {
  const digit = (block[at] ?? 0) - 0x30;
  return at < end && digit < 8 ? digit : -1;
}

function readBase256(bytes: Buffer, negative: boolean): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + (negative ? 255 - byte : byte);
  return negative ? -value - 1 : value;
}
