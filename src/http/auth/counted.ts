import type { Registry } from 'prom-client';
import { readCounter } from '../../metrics/read-counter.ts';
import type { Authenticator } from './authenticate.ts';

/** Counts who is not let in. Who sends no credentials has yet to learn that they are needed, and is not counted. */
export function countedAuthenticator(authenticator: Authenticator, registry: Registry): Authenticator {
  const failures = { wrong: 0, busy: 0 };
  readCounter(registry, {
    name: 'authentication_failures',
    help: 'Credentials that were not accepted: wrong, or too many waited to be checked',
    label: 'reason',
    read: () => failures,
  });
  return {
    known: (header) => authenticator.known(header),
    identify: async (header) => {
      try {
        const identity = await authenticator.identify(header);
        if (identity === undefined && header !== undefined) failures.wrong++;
        return identity;
      } catch (error) {
        failures.busy++;
        throw error;
      }
    },
  };
}
