import { Failure } from '../errors.ts';
import { isDropletHash, isGuid, isStackName, isVersion } from './reference.ts';

/** Each of these throws Failure `invalid` that says what such a name is made of. */

export function requireStack(text: string): void {
  if (!isStackName(text))
    throw invalid(text, "a stack's name", 'a-z, 0-9, and . _ - between them; not cloudfoundry');
}

export function requireVersion(text: string): void {
  if (!isVersion(text)) throw invalid(text, 'a version', 'up to 63 of a-z, A-Z, 0-9, . _ and -');
}

/** Who says that versions are in use. */
export function requireHolder(text: string): void {
  if (!isVersion(text)) throw invalid(text, "a holder's name", 'up to 63 of a-z, A-Z, 0-9, . _ and -');
}

export function requireGuid(text: string): void {
  if (!isGuid(text))
    throw invalid(text, "a droplet's guid", 'four or more of a-z, 0-9, and . _ - between them; not rootfs');
}

export function requireHash(text: string): void {
  if (!isDropletHash(text)) throw invalid(text, "a droplet's hash", '40 or 64 hex digits, in lower case');
}

function invalid(text: string, what: string, form: string): Failure {
  return new Failure('invalid', `${JSON.stringify(text)} cannot be ${what}: use ${form}`);
}
