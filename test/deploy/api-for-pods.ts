import { connect } from 'node:net';
import { apiServiceAddress } from '../helpers/kubernetes/api-server.ts';
import type { ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { lastWill } from '../helpers/kubernetes/last-will.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tcpProxy } from '../helpers/tcp-proxy.ts';
import { toolPath } from '../helpers/tools.ts';

/**
 * Lets pods reach the API server where their environment says that it is, as kube-proxy does on a node: it listens on the
 * loopback, which pods have one of their own of. Needs root.
 */
export async function apiForPods(owner: Owner, { url }: ControlPlane): Promise<void> {
  const address = ['address', 'replace', `${apiServiceAddress}/32`, 'dev', 'lo'];
  await run(toolPath('ip'), address);
  lastWill(owner, `${toolPath('ip')} address delete ${apiServiceAddress}/32 dev lo`);
  const { hostname, port } = new URL(url);
  await tcpProxy(owner, () => connect(Number(port), hostname), { host: apiServiceAddress, port: 443 });
}
