/**
 * Where a program comes from: a package of Debian's, or a Go package. That one is a `tool` of a go.mod, or our own beside it,
 * or has its version with it and is built apart. The go.mod is the one beside this, or that of the folder `module`.
 */
export type Origin = { debian: string } | { go: string; module?: 'kubernetes' };

/** Every program that a test starts and that Node does not bring. A name with a folder keeps out of Debian's way. */
export const inventory = {
  buildah: { debian: 'buildah' },
  busybox: { debian: 'busybox-static' },
  chromium: { debian: 'chromium' },
  containerd: { debian: 'containerd' },
  ctr: { debian: 'containerd' },
  curl: { debian: 'curl' },
  'docker-registry': { debian: 'docker-registry' },
  dpkg: { debian: 'dpkg' },
  'dpkg-query': { debian: 'dpkg' },
  faketime: { debian: 'faketime' },
  fish: { debian: 'fish' },
  getfattr: { debian: 'attr' },
  htpasswd: { debian: 'apache2-utils' },
  igzip: { debian: 'isal' },
  ip: { debian: 'iproute2' },
  mmdebstrap: { debian: 'mmdebstrap' },
  // Depends on nginx itself, of the version that can load it.
  nginx: { debian: 'libnginx-mod-http-dav-ext' },
  openssl: { debian: 'openssl' },
  pip3: { debian: 'python3-pip' },
  podman: { debian: 'podman' },
  promtool: { debian: 'prometheus' },
  readelf: { debian: 'binutils' },
  runc: { debian: 'runc' },
  setcap: { debian: 'libcap2-bin' },
  setfattr: { debian: 'attr' },
  setpriv: { debian: 'util-linux' },
  skopeo: { debian: 'skopeo' },
  tar: { debian: 'tar' },
  time: { debian: 'time' },
  umoci: { debian: 'umoci' },
  unshare: { debian: 'util-linux' },
  wrk: { debian: 'wrk' },
  zsh: { debian: 'zsh' },
  crane: { go: 'github.com/google/go-containerregistry/cmd/crane' },
  regctl: { go: 'github.com/regclient/regclient/cmd/regctl' },
  'containerd-2/containerd': { go: 'github.com/containerd/containerd/v2/cmd/containerd' },
  'containerd-2/containerd-shim-runc-v2': {
    go: 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
  },
  'containerd-2/ctr': { go: 'github.com/containerd/containerd/v2/cmd/ctr' },
  versitygw: { go: 'github.com/versity/versitygw/cmd/versitygw' },
  unpack: { go: './unpack' },
  conformance: {
    go: 'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260716174315-967efdc079b9',
  },
  helm: { go: 'helm.sh/helm/v4/cmd/helm@v4.2.4' },
  'kubernetes/etcd': { go: './etcd', module: 'kubernetes' },
  'kubernetes/kube-apiserver': { go: 'k8s.io/kubernetes/cmd/kube-apiserver', module: 'kubernetes' },
  'kubernetes/kube-controller-manager': {
    go: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    module: 'kubernetes',
  },
  'kubernetes/kube-scheduler': { go: 'k8s.io/kubernetes/cmd/kube-scheduler', module: 'kubernetes' },
  'kubernetes/kubectl': { go: 'k8s.io/kubernetes/cmd/kubectl', module: 'kubernetes' },
  'kubernetes/kubelet': { go: 'k8s.io/kubernetes/cmd/kubelet', module: 'kubernetes' },
  'kubernetes/pause': { go: './pause', module: 'kubernetes' },
  'cni/bridge': {
    go: 'github.com/containernetworking/plugins/plugins/main/bridge',
    module: 'kubernetes',
  },
  'cni/host-local': {
    go: 'github.com/containernetworking/plugins/plugins/ipam/host-local',
    module: 'kubernetes',
  },
  'cni/loopback': {
    go: 'github.com/containernetworking/plugins/plugins/main/loopback',
    module: 'kubernetes',
  },
} as const satisfies Record<string, Origin>;

export type ToolName = keyof typeof inventory;
