import { certificateChecks } from './certificate.ts';
import type { Check } from './check.ts';
import { configurationChecks } from './configuration.ts';
import { connectionChecks } from './connection.ts';
import { diskChecks } from './disk.ts';
import { kubernetesChecks } from './kubernetes.ts';
import { permissionChecks } from './permissions.ts';
import { pullChecks } from './pull.ts';
import { sourceChecks } from './source.ts';
import { storeChecks } from './store.ts';
import { userChecks } from './users.ts';

/** All checks, each behind those that it needs. */
export const checks: readonly Check[] = [
  ...configurationChecks,
  ...storeChecks,
  ...sourceChecks,
  ...diskChecks,
  ...userChecks,
  ...certificateChecks,
  ...connectionChecks,
  ...pullChecks,
  ...kubernetesChecks,
  ...permissionChecks,
];
