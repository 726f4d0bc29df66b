import { Breach } from './breach.ts';
import type { Limits } from './rules.ts';

/** A name within the droplet, one character a byte. No part is empty, `.` or `..`; the root has no parts. */
export type EntryName = { parts: string[]; slash: boolean };

/**
 * Normalises the name of an entry, or the target of a hard link: `./a//b/./c` is `a/b/c`. `slash` tells of a name that
 * can only be a directory's.
 * @throws Breach `name`, `outside`, `whiteout`, `name-bytes`, `component-bytes`
 */
export function parseEntryName(name: string, what: 'name' | 'target', limits: Limits): EntryName {
  if (name === '') throw new Breach('name', `the ${what} is empty`);
  if (name.includes('\0')) throw new Breach('name', `the ${what} holds a NUL`);
  requireLength(name, what, limits);
  if (name.startsWith('/')) throw new Breach('outside', `the ${what} is absolute`);
  const all = name.split('/');
  const parts = all.filter((part) => part !== '' && part !== '.');
  for (const part of parts) checkPart(part, what, limits);
  const last = all.at(-1);
  return { parts, slash: last === '' || last === '.' };
}

/** @throws Breach `name-bytes` */
export function requireLength(text: string, what: 'name' | 'target', { maxNameBytes }: Limits): void {
  if (text.length > maxNameBytes) {
    throw new Breach('name-bytes', `the ${what} has ${text.length} bytes, over the bound of ${maxNameBytes}`);
  }
}

/** A name as people read it: UTF-8 where it is that, escapes for other bytes, cut where it is long. */
export function displayName(name: string): string {
  const text = Buffer.from(name, 'latin1').toString();
  const shown = text.includes('\ufffd') ? name.replaceAll(/[\u0080-\u00ff]/g, escapeByte) : text;
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

function checkPart(part: string, what: 'name' | 'target', { maxComponentBytes }: Limits): void {
  if (part === '..') throw new Breach('outside', `the ${what} has ".." in it`);
  if (part.startsWith('.wh.')) {
    throw new Breach(
      'whiteout',
      `a part of the ${what} starts with ".wh.", which deletes files when a layer is unpacked`,
    );
  }
  if (part.length > maxComponentBytes) {
    throw new Breach(
      'component-bytes',
      `a part of the ${what} has ${part.length} bytes, over the bound of ${maxComponentBytes}`,
    );
  }
}

function escapeByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16)}`;
}
