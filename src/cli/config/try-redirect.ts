import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import { requireAllowed } from '../../http/redirect.ts';
import { attempt } from './trial.ts';

/** Where clients would be sent to, as far as it is told. Amazon's own hosts are never ours, and never private. */
export async function tryRedirect({ redirect, store, publicUrl }: Config): Promise<Finding[]> {
  if (redirect === undefined || store === undefined || !('s3' in store)) return [];
  const { bucket, pathStyle, endpoint: own } = store.s3;
  const endpoint = redirect.endpoint ?? own;
  if (endpoint === undefined) return [];
  const { hostname } = new URL(endpoint);
  const host = pathStyle ? hostname : `${bucket}.${hostname}`;
  return attempt(['redirect'], () => requireAllowed(host, redirect, { publicUrl, endpoint }));
}
