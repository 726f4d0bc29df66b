import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toolPath } from '../tools.ts';
import type { Bridge } from './bridge.ts';
import { lastingPort } from './lasting-port.ts';
import { pauseImage } from './pause-image.ts';

export type Registry = {
  /** `host:port` */
  host: string;
  /** PEM file of the authority that signed the registry's certificate; without it, the registry speaks plain HTTP */
  ca?: string;
};

/** Writes what containerd and kubelet of a node read: `containerd.toml`, `kubelet.json`, `cni/`, `hosts/`. */
export async function writeNodeFiles(
  root: string,
  bridge: Bridge,
  cgroup: string,
  registries: readonly Registry[],
): Promise<void> {
  const files: Record<string, string> = {
    'containerd.toml': containerd(root),
    'kubelet.json': JSON.stringify(kubelet(root, cgroup, await lastingPort())),
    'cni/pods.conflist': JSON.stringify(network(bridge)),
  };
  for (const registry of registries)
    files[`hosts/${registry.host.replace(/:(\d+)$/, '_$1_')}/hosts.toml`] = hosts(registry);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

/** Without CAP_SYS_RESOURCE, which containers often lack, nothing can be protected from the kernel's lack of memory. */
function containerd(root: string): string {
  return `version = 3
root = "${root}/images"
state = "${root}/state"
[grpc]
  address = "${root}/c.sock"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${pauseImage}"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "${root}/hosts"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["${dirname(toolPath('cni/bridge'))}"]
  conf_dir = "${root}/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = "${toolPath('runc')}"
`;
}

/** Neither is any pod evicted nor any image deleted because the machine's disk is full. */
function kubelet(root: string, cgroup: string, port: number): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${root}/c.sock`,
    address: '127.0.0.1',
    port,
    healthzPort: 0,
    readOnlyPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    serializeImagePulls: false,
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    volumePluginDir: `${root}/plugins`,
    resolvConf: '',
    // Nothing answers there; without any, each pod gets an event that says so.
    clusterDNS: ['198.19.255.10'],
    clusterDomain: 'cluster.local',
  };
}

function network({ name, subnet }: Bridge): object {
  const ipam = { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] };
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [{ type: 'bridge', bridge: name, isGateway: true, ipMasq: false, ipam }],
  };
}

function hosts({ host, ca }: Registry): string {
  const [url, trust] =
    ca === undefined ? [`http://${host}`, ''] : [`https://${host}`, `ca = ${JSON.stringify(ca)}\n`];
  return `server = "${url}"\n[host."${url}"]\n${trust}`;
}
