export type Setup = {
  /** What unpacks gzip instead of Go's own: containerd takes igzip where it finds it, else unpigz. */
  gunzip?: 'igzip' | 'unpigz';
  /** Bytes of a part, where one layer is fetched in several parts at once. */
  fetchBuffer?: number;
};

/** How a node may be set up. */
export const setups = {
  plain: {},
  pigz: { gunzip: 'unpigz' },
  igzip: { gunzip: 'igzip' },
  parallel: { fetchBuffer: 8 << 20 },
  /** Behind a link of one gigabit a second, instead of on the loopback. */
  gigabit: {},
} as const satisfies Record<string, Setup>;

export type SetupName = keyof typeof setups;
