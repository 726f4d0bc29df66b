import { Failure } from '../errors.ts';
import type { WantedPlatform } from './read/source-image.ts';

/**
 * A version takes no correction: one without a platform would be of no use for ever.
 * @throws Failure `invalid`
 */
export function requirePlatform(wanted: WantedPlatform): void {
  for (const [what, value] of Object.entries({ os: wanted.os, architecture: wanted.architecture })) {
    if (value !== undefined && !/^[a-z0-9][a-z0-9._-]*$/.test(value)) {
      throw new Failure(
        'invalid',
        `${JSON.stringify(value)} cannot be the ${what}: write it as Go does, linux or amd64`,
      );
    }
  }
}
