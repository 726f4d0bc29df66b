import { parseCredentials, type Credentials } from './credentials.ts';
import type { Grants } from './grants.ts';
import { anonymous, type Identity } from './identity.ts';
import type { Verifier } from './verifier.ts';

/** Who sends a request with some Authorization header; undefined when nobody whom we know. */
export interface Authenticator {
  /** Rejects with Failure `busy` when too many passwords wait to be compared. */
  identify(header: string | undefined): Promise<Identity | undefined>;
  /** The same, where no password has to be compared; undefined also where one has. */
  known(header: string | undefined): Identity | undefined;
}

/** Without a verifier, no users are configured and everyone is `anonymous`, whatever they send. */
export function createAuthenticator(verifier: Verifier | undefined, grants: Grants): Authenticator {
  if (verifier === undefined) return { identify: () => Promise.resolve(anonymous), known: () => anonymous };
  return {
    identify: async (header) => {
      const credentials = credentialsOf(header);
      if (credentials === undefined) return undefined;
      const { user, password } = credentials;
      return (await verifier.verify(user, password)) ? grants(user) : undefined;
    },
    known: (header) => {
      const credentials = credentialsOf(header);
      if (credentials === undefined) return undefined;
      const { user, password } = credentials;
      return verifier.knows(user, password) ? grants(user) : undefined;
    },
  };
}

function credentialsOf(header: string | undefined): Credentials | undefined {
  return header === undefined ? undefined : parseCredentials(header);
}
