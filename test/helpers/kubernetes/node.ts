import { dirname, join } from 'node:path';
import { atEnd, type Owner } from '../owner.ts';
import { run, type Output } from '../run.ts';
import { tempDir } from '../temp.ts';
import { toolPath } from '../tools.ts';
import { bridge } from './bridge.ts';
import { cgroup } from './cgroup.ts';
import type { ControlPlane } from './control-plane.ts';
import { writeNodeFiles, type Registry } from './node-files.ts';
import { part, type Part } from './part.ts';
import { writePauseImage } from './pause-image.ts';
import { admin } from './users.ts';

/** A machine: it knows no other end than a sudden one. What its containers' images were is kept. */
export type Node = Part & {
  /** Its name in the cluster. */
  name: string;
  /** Runs `ctr` on its images and containers. */
  ctr: (...args: string[]) => Promise<Output>;
};

/**
 * Starts a node with a kubelet, containerd 2 and runc, and waits until it is ready for pods. It trusts `registries`; credentials
 * come from the pods' pull secrets. `kubectl exec` and `logs` work, and pods are reached at their addresses. Its programs see
 * no process but their own, and what they mount goes with them. A control plane has room for one. Needs root.
 */
export async function startNode(
  owner: Owner,
  { kubeconfig, kubectl }: ControlPlane,
  registries: readonly Registry[] = [],
): Promise<Node> {
  const stack = new AsyncDisposableStack();
  atEnd(owner, () => stack.disposeAsync());
  const root = await tempDir(stack);
  const [network, group] = [await bridge(stack), await cgroup(stack)];
  await writeNodeFiles(root, network, group, registries);
  const script = boot(root, await writePauseImage(root), kubeconfig(admin), network.address);
  const machine = part(stack, toolPath('setpriv'), isolated(script), (log) =>
    log.includes('Successfully registered node'),
  );
  const ready = ['--for=condition=Ready', `node/${name}`, '--timeout=120s'];
  const start = async () => {
    await machine.start();
    await kubectl('wait', ...ready);
  };
  await start();
  const ctr = (...args: string[]) =>
    run(toolPath('containerd-2/ctr'), ['--address', join(root, 'c.sock'), '--namespace', 'k8s.io', ...args]);
  return { ...machine, start, stop: machine.kill, name, ctr };
}

/** The API server finds the kubelet by it. */
const name = 'localhost';

/** Linux kills the first process when its parent ends, and with it all the others. */
function isolated(script: string): string[] {
  const apart = ['--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
  return ['--pdeathsig', 'KILL', toolPath('unshare'), ...apart, '/bin/sh', '-c', script];
}

/**
 * What several nodes of a machine would share is replaced by directories below `root`. What describes running programs does
 * not outlive them, as on a machine that boots.
 */
function boot(root: string, pauseImage: string, kubeconfig: string, address: string): string {
  const containerd = toolPath('containerd-2/containerd');
  const ctr = `${toolPath('containerd-2/ctr')} --address ${root}/c.sock --namespace k8s.io`;
  // Where the machine has another containerd, the shim of that one would be found first.
  return `set -e
export PATH=${dirname(containerd)}:$PATH
rm -rf ${root}/run ${root}/state
for shared in /run /var/log /var/lib/cni /var/lib/kubelet; do
  mkdir -p $shared ${root}$shared
  mount --bind ${root}$shared $shared
done
${containerd} --config ${root}/containerd.toml &
until ${ctr} version >/dev/null 2>&1; do sleep 0.1; done
${ctr} images import ${pauseImage}
${toolPath('kubernetes/kubelet')} --config=${root}/kubelet.json --kubeconfig=${kubeconfig} \\
  --hostname-override=${name} --node-ip=${address}
`;
}
