import type { Entry } from './unpacker.ts';

/** What an entry says of a field, in the words of an unpacked tree; undefined where it says nothing. */
export function said(entry: Entry, field: string): string | undefined {
  switch (field) {
    case 'mode':
      return (octal(entry.mode) % 0o10000).toString(8);
    case 'uid':
      return String(entry.uid);
    case 'gid':
      return String(entry.gid);
    case 'mtime':
      return entry.mtime;
    default:
      return undefined;
  }
}

/** Whether an entry sets the extended attribute that a field is; GNU tar undoes two escapes in its name. */
export function sets({ records }: Entry, field: string): boolean {
  const key = field.replace('xattr ', 'SCHILY.xattr.');
  return records.some(
    (found) => found === key || found.replaceAll('%3D', '=').replaceAll('%25', '%') === key,
  );
}

export function octal(digits: string): number {
  return Number.parseInt(digits, 8);
}

/** Of a mode, without the bits that have a meaning of their own. */
export function permissions(mode: string): number {
  return octal(mode) % 0o1000;
}

/** Times are seconds, a plus sign, and nanoseconds. */
export function isNow(time: string): boolean {
  return Math.abs(Number.parseInt(time, 10) - Date.now() / 1000) < 60;
}

/** Since the epoch. */
export function nanoseconds(time: string): bigint {
  const [seconds = '', fraction = ''] = time.split('+');
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
}

/** As Go's `UnixNano` gives it: a signed number of 64 bits, which wraps around. */
export function wrapped(time: string): bigint {
  return BigInt.asIntN(64, nanoseconds(time));
}

/** Of a tenth digit of a time before 1970, GNU tar makes one nanosecond less; Go cuts it off. */
export function isNear(one: bigint, other: bigint): boolean {
  const difference = one - other;
  return difference >= -1n && difference <= 1n;
}
