/** What an API server and its administrator need, for `testWith`. */
export const apiServerTools = [
  'kubernetes/etcd',
  'kubernetes/kube-apiserver',
  'kubernetes/kubectl',
  'openssl',
  'setpriv',
] as const;

/** What a control plane with all its parts needs. */
export const controlPlaneTools = [
  ...apiServerTools,
  'kubernetes/kube-controller-manager',
  'kubernetes/kube-scheduler',
] as const;

/** What rolls over simulated nodes need. */
export const rolloutTools = [...apiServerTools, 'kubernetes/kube-controller-manager', 'tar'] as const;
