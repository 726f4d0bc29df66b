import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { Failure, reasonOf } from '../errors.ts';

/**
 * The authorities in a PEM file, beside those of the system.
 * @param of whom, as `the S3 store`
 * @throws Failure `invalid` when it cannot be read
 */
export function authorities(of: string, path: string): string[] {
  try {
    return [...getCACertificates('default'), readFileSync(path, 'utf8')];
  } catch (cause) {
    throw new Failure('invalid', `Cannot read the authorities of ${of} in ${path}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
