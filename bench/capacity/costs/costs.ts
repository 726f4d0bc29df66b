/** What each thing of `Work` costs. */
export type Costs = {
  /** seconds of CPU of all processes of a server; `…Megabyte` for a million bytes */
  cpu: {
    second: number;
    start: number;
    /** more, of a start whose tag is looked up again */
    lookup: number;
    fetch: number;
    layer: number;
    layerMegabyte: number;
    conversion: number;
    conversionMegabyte: number;
    image: number;
  };
  /** requests to the own store; `second` is of each serving process */
  store: { second: number; lookup: number; layer: number; conversion: number; rebase: number; image: number };
  bytes: {
    /** manifest and config of one image */
    image: number;
    /** of each layer, and of each byte of its droplet */
    layer: number;
    layerShare: number;
    /** that making an image ahead writes */
    ahead: number;
  };
  /** connections that clients open */
  connections: { start: number; fetch: number };
};

/** What a server is asked and moves for some work, where neither a redirect nor a cache spares it anything. */
export type Load = {
  cpuSeconds: number;
  requests: number;
  storeRequests: number;
  toClients: number;
  fromSource: number;
  fromStore: number;
  toStore: number;
  connections: number;
};
