import { storeLocation } from '../../config/config.ts';
import { requireUsers } from '../../http/auth/require-users.ts';
import { tryAccess } from './try-access.ts';
import { tryCertificate } from './try-certificate.ts';
import { tryKubernetes } from './try-kubernetes.ts';
import { tryPlaces } from './try-places.ts';
import { tryRedirect } from './try-redirect.ts';
import { tryRegistryAuth } from './try-registry-auth.ts';
import { attempt, type Trial } from './trial.ts';

/** All of them. None needs another. */
export const trials: readonly Trial[] = [
  { of: ['data', 'store'], attempt: (config) => attempt(['data'], () => storeLocation(config)) },
  { of: ['users', 'listen'], attempt: (config) => attempt(['listen'], () => requireUsers(config)) },
  { of: ['users', 'grants'], attempt: tryAccess },
  { of: ['tlsCert', 'tlsKey', 'listen', 'publicUrl'], attempt: tryCertificate },
  { of: ['data', 'store', 'source', 'cache'], attempt: tryPlaces },
  { of: ['registryAuth'], attempt: tryRegistryAuth },
  { of: ['kubernetes'], attempt: tryKubernetes },
  { of: ['redirect', 'data', 'store', 'publicUrl'], attempt: tryRedirect },
];
