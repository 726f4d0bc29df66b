import { Failure } from '../../errors.ts';

/**
 * The hex digits of a SHA-256 that somebody announced, with or without `sha256:` before it.
 * @throws Failure `invalid` where it is none
 */
export function announcedHex(announced: string | undefined): string | undefined {
  const hex = announced?.toLowerCase().replace(/^sha256:/, '');
  if (hex === undefined || /^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new Failure('invalid', `${JSON.stringify(announced)} is no SHA-256: give its 64 hex digits`);
}
