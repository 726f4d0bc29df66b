import { parseCredentials } from './credentials.ts';
import type { Grants } from './grants.ts';
import { anonymous, type Identity } from './identity.ts';
import type { Verifier } from './verifier.ts';

/**
 * Who sends a request with this Authorization header; undefined when nobody whom we know.
 * Rejects with Failure `busy` when too many passwords wait to be compared.
 */
export type Authenticate = (header: string | undefined) => Promise<Identity | undefined>;

/** Without a verifier, no users are configured and everyone is `anonymous`, whatever they send. */
export function createAuthenticate(verifier: Verifier | undefined, grants: Grants): Authenticate {
  if (verifier === undefined) return () => Promise.resolve(anonymous);
  return async (header) => {
    const credentials = header === undefined ? undefined : parseCredentials(header);
    if (credentials === undefined) return undefined;
    const { user, password } = credentials;
    return (await verifier.verify(user, password)) ? grants(user) : undefined;
  };
}
