import { atEnd, type Owner } from '../owner.ts';
import type { ControlPlane } from './control-plane.ts';
import { simulatedApi, type ApiAccess, type SimulatedApi } from './simulated-api.ts';

/** A control plane as a test asks it, as `admin`; its requests and watches end with the owner, whose end is `over`. */
export function clusterApi(
  owner: Owner,
  { url, ca, token }: ControlPlane,
): { access: ApiAccess; api: SimulatedApi; over: AbortSignal } {
  const access = { url, ca, token: token('admin') };
  const end = new AbortController();
  atEnd(owner, () => Promise.resolve(end.abort()));
  return { access, api: simulatedApi(access, end.signal), over: end.signal };
}
