/** What rolls over simulated nodes need, for `testWith`. */
export const rolloutTools = [
  'kubernetes/etcd',
  'kubernetes/kube-apiserver',
  'kubernetes/kube-controller-manager',
  'kubernetes/kubectl',
  'openssl',
  'setpriv',
  'tar',
] as const;
