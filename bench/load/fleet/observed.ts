import type { Histogram } from 'hdr-histogram-js';

/** Requests as a registry sees them. A resumed layer is another request of its kind. */
export const kinds = ['manifest-head', 'manifest-get', 'config', 'layer'] as const;
export type Kind = (typeof kinds)[number];

/** What the clients saw of one kind. Times in microseconds. */
export type ObservedKind = {
  requests: number;
  /** how many were not answered with what was asked for: by status, or by the network's code, as `ECONNRESET` */
  errors: Record<string, number>;
  /** of bodies */
  bytes: number;
  /** from the request to the first byte of its answer's head */
  firstByte: Histogram;
  /** from the request to the last byte */
  total: Histogram;
};

/** What a fleet saw in one run. */
export type Observed = {
  /** seconds from the first start that was due to the last that was complete or given up */
  seconds: number;
  pulls: {
    wanted: number;
    done: number;
    failed: number;
    /** why some failed, by reason; a hundred reasons at most */
    reasons: Record<string, number>;
  };
  /** from when a start was due to its image being complete on the node, in microseconds: an open loop's latency */
  pull: Histogram;
  kinds: Record<Kind, ObservedKind>;
  /** first requests that were challenged with 401, as each pull's is: they are in no kind */
  challenges: number;
  /** requests repeated at once, as containerd does on 408, 429 and, once, on 503 */
  retries: number;
  /** times that a kubelet backed off */
  backoffs: number;
  /** layers that went on where their connection broke */
  resumed: number;
  /** bytes that did not have the digest they were asked for */
  corrupt: number;
  connections: number;
  /** what happened in each second of the run */
  timeline: { requests: number; errors: number; bytes: number; pulls: number; p99Ms: number }[];
  /** of the processes that the fleet runs in */
  cpuSeconds: number;
};
