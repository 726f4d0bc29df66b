/** A tar entry as raw as a test wants it. Texts are latin1; numbers that are given as texts are written as they are. */
export type RawEntry = {
  name?: string;
  prefix?: string;
  type?: string;
  body?: string | Buffer;
  /** instead of the body's own size */
  size?: number | string;
  mode?: number | string;
  uid?: number | string;
  gid?: number | string;
  mtime?: number | string;
  link?: string;
  uname?: string;
  gname?: string;
  dialect?: 'ustar' | 'gnu' | 'v7';
  /** other bytes at other places: offset to text */
  bytes?: Record<number, string>;
  checksum?: 'right' | 'signed' | 'wrong';
};

/** Entries one after the other, and the end of the archive. */
export function rawTar(...entries: RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)]);
}

/** Header and body of one entry. */
export function rawEntry(entry: RawEntry): Buffer {
  const body =
    typeof entry.body === 'string' ? Buffer.from(entry.body, 'latin1') : (entry.body ?? Buffer.alloc(0));
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([rawHeader(entry, body.length), body, padding]);
}

/** The body of a PAX header. */
export function paxBody(...records: [key: string, value: string][]): string {
  return records.map(([key, value]) => paxLine(` ${key}=${value}\n`)).join('');
}

/** A PAX header that says so. */
export function pax(...records: [key: string, value: string][]): RawEntry {
  return { name: 'PaxHeader', type: 'x', body: paxBody(...records) };
}

/** GNU's header for a name (`L`) or a link target (`K`) of any length. */
export function gnuLong(type: 'L' | 'K', text: string): RawEntry {
  return { name: '././@LongLink', type, body: `${text}\0`, dialect: 'gnu' };
}

/** A number as GNU tar writes what has no room in octal, or is negative. */
export function base256(value: number, length: 8 | 12): string {
  const bytes = Buffer.alloc(length, value < 0 ? 0xff : 0);
  bytes.writeBigInt64BE(BigInt(value), length - 8);
  bytes[0] = value < 0 ? 0xff : 0x80;
  return bytes.toString('latin1');
}

function rawHeader(entry: RawEntry, bodySize: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(entry.name ?? 'file', 0, 100, 'latin1');
  block.write(octal(entry.mode ?? 0o644, 8), 100, 8, 'latin1');
  block.write(octal(entry.uid ?? 1000, 8), 108, 8, 'latin1');
  block.write(octal(entry.gid ?? 1001, 8), 116, 8, 'latin1');
  block.write(octal(entry.size ?? bodySize, 12), 124, 12, 'latin1');
  block.write(octal(entry.mtime ?? 1_700_000_000, 12), 136, 12, 'latin1');
  block.write(entry.type ?? '0', 156, 1, 'latin1');
  block.write(entry.link ?? '', 157, 100, 'latin1');
  const dialect = entry.dialect ?? 'ustar';
  if (dialect !== 'v7') {
    block.write(dialect === 'ustar' ? 'ustar\u000000' : 'ustar  \0', 257, 8, 'latin1');
    block.write(entry.uname ?? 'dev', 265, 32, 'latin1');
    block.write(entry.gname ?? 'staff', 297, 32, 'latin1');
  }
  block.write(entry.prefix ?? '', 345, 155, 'latin1');
  for (const [at, text] of Object.entries(entry.bytes ?? {})) block.write(text, Number(at), 'latin1');
  const sum = checksum(block, entry.checksum === 'signed') + (entry.checksum === 'wrong' ? 1 : 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
  return block;
}

function octal(value: number | string, length: number): string {
  return typeof value === 'string' ? value : value.toString(8).padStart(length - 1, '0');
}

function checksum(block: Buffer, signed: boolean): number {
  block.fill(' ', 148, 156);
  return block.reduce((sum, byte) => sum + (signed && byte > 127 ? byte - 256 : byte), 0);
}

function paxLine(rest: string): string {
  const guess = String(rest.length + String(rest.length).length).length + rest.length;
  return `${guess}${rest}`;
}
