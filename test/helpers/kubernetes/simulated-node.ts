import type { SimulatedFacade } from './simulated-facade.ts';
import { imageIdOf, splitImage, type PulledImage, type Runtime } from './simulated-image.ts';

export type SimulatedNode = {
  name: string;
  /** Pulls as the policy says. @throws Error in a runtime's words */
  pull: (image: string, policy: string) => Promise<PulledImage>;
  imageId: (image: PulledImage) => string;
};

/** The images of a node, which are never collected. */
export function simulatedNode(name: string, runtime: Runtime, facade: SimulatedFacade): SimulatedNode {
  const images = new Map<string, PulledImage>();
  /** by digest */
  const repositories = new Map<string, Set<string>>();
  return {
    name,
    pull: async (image, policy) => {
      const present = images.get(image);
      if (present !== undefined && policy !== 'Always') return present;
      const { repository, reference } = splitImage(image);
      const pulled = await facade.pull(repository, reference);
      images.set(image, pulled);
      repositories.set(pulled.digest, (repositories.get(pulled.digest) ?? new Set()).add(repository));
      return pulled;
    },
    imageId: (image) => imageIdOf(runtime, image, repositories.get(image.digest) ?? []),
  };
}

const versions: Record<Runtime, string> = {
  'containerd-1.6': 'containerd://1.6.20',
  'containerd-2': 'containerd://2.4.2',
  bare: 'containerd://2.4.2',
  crio: 'cri-o://1.36.0',
  docker: 'docker://29.0.0',
};

/** A node as a kubelet registers itself. */
export function nodeObject(name: string, runtime: Runtime): object {
  const at = new Date().toISOString();
  const room = { cpu: '64', memory: '512Gi', pods: '1000', 'ephemeral-storage': '1Ti' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    status: {
      capacity: room,
      allocatable: room,
      addresses: [{ type: 'Hostname', address: name }],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        containerRuntimeVersion: versions[runtime],
        kubeletVersion: 'v1.36.3',
        kubeProxyVersion: '',
        machineID: name,
        systemUUID: name,
        bootID: name,
        kernelVersion: '6.1.0',
        osImage: 'simulated',
      },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'simulated',
          lastHeartbeatTime: at,
          lastTransitionTime: at,
        },
      ],
    },
  };
}
