import { TarFault } from './tar-fault.ts';

/**
 * One record of a PAX header (POSIX pax, "pax Extended Header"): every character stands for one byte.
 * `text` is the record as it is written, length and line feed included: its bytes pass unchanged.
 */
export type PaxRecord = { key: string; value: string; text: string };

/** A length of more digits could only be that of a record over every bound. */
const lengthGrammar = /^[1-9][0-9]{0,9}$/;

/** In these, a NUL would end the value for some readers and not for others. */
const nulFree = new Set(['path', 'linkpath', 'uname', 'gname']);

/**
 * Parses the body of a PAX header, given as latin1.
 * @throws TarFault `pax`
 */
export function parsePax(body: string): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < body.length;) {
    const record = parseRecord(body, at);
    records.push(record);
    at += record.text.length;
  }
  return records;
}

/** The record that says `key` is `value`. Its length counts its own digits. */
export function paxRecord(key: string, value: string): PaxRecord {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length > length) length++;
  return { key, value, text: `${length}${rest}` };
}

/** The body of a PAX header, as latin1. */
export function formatPax(records: readonly PaxRecord[]): string {
  return records.map(({ text }) => text).join('');
}

/** What holds for `key`: the last record that names it. */
export function paxValue(records: readonly PaxRecord[], key: string): string | undefined {
  return records.findLast((record) => record.key === key)?.value;
}

function parseRecord(body: string, at: number): PaxRecord {
  const blank = body.indexOf(' ', at);
  const digits = body.slice(at, blank === -1 ? at + 11 : blank);
  if (blank === -1 || !lengthGrammar.test(digits)) throw malformed(at, 'starts without its length');
  const end = at + Number(digits);
  if (end > body.length) throw malformed(at, 'is longer than its header');
  const equals = body.indexOf('=', blank);
  if (end <= blank || body[end - 1] !== '\n') throw malformed(at, 'does not end in a line feed');
  if (equals === -1 || equals >= end - 1) throw malformed(at, 'has no "="');
  const key = body.slice(blank + 1, equals);
  const value = body.slice(equals + 1, end - 1);
  if (key === '' || key.includes('\0')) throw malformed(at, 'has a key that is empty or holds a NUL');
  if (nulFree.has(key) && value.includes('\0')) throw malformed(at, `holds a NUL in ${key}`);
  return { key, value, text: body.slice(at, end) };
}

function malformed(at: number, what: string): TarFault {
  return new TarFault('pax', `the record at byte ${at} of the PAX header ${what}`);
}
