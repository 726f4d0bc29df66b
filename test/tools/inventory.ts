/** Where a program comes from: a package of Debian's, a `tool` of the go.mod beside this, or the conformance source. */
export type Origin = { debian: string } | 'go' | 'conformance';

/** Every program that a test starts and that Node does not bring. */
export const inventory = {
  busybox: { debian: 'busybox-static' },
  containerd: { debian: 'containerd' },
  ctr: { debian: 'containerd' },
  curl: { debian: 'curl' },
  dpkg: { debian: 'dpkg' },
  'dpkg-query': { debian: 'dpkg' },
  getfattr: { debian: 'attr' },
  mmdebstrap: { debian: 'mmdebstrap' },
  openssl: { debian: 'openssl' },
  podman: { debian: 'podman' },
  readelf: { debian: 'binutils' },
  runc: { debian: 'runc' },
  setcap: { debian: 'libcap2-bin' },
  setfattr: { debian: 'attr' },
  setpriv: { debian: 'util-linux' },
  skopeo: { debian: 'skopeo' },
  tar: { debian: 'tar' },
  umoci: { debian: 'umoci' },
  crane: 'go',
  regctl: 'go',
  conformance: 'conformance',
} as const satisfies Record<string, Origin>;

export type ToolName = keyof typeof inventory;
