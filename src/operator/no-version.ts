import { Failure } from '../errors.ts';

/** The error for a version that was never imported, or is collected. */
export function noVersion(stack: string, version: string): Failure {
  return new Failure('not-found', `No version ${version} of stack ${stack}: import it first`);
}
