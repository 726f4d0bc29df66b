import type { Start } from '../workload/workload.ts';
import type { Observed } from './observed.ts';

/** Where and as whom nodes pull. Each new connection goes to one of `hosts`, as a service of Kubernetes would choose. */
export type Registry = {
  /** `host:port`, one a replica */
  hosts: readonly string[];
  /** `name:password` */
  user: string;
  /** PEM file that is trusted; where there is one, HTTPS is spoken */
  ca?: string | undefined;
};

export type FleetOptions = {
  nodes: number;
  registry: Registry;
  /** pulls of one node at once, the others wait: the kubelet's maxParallelImagePulls. Default 1, as `serializeImagePulls` */
  parallelPulls?: number;
  /** processes that the nodes are spread over; default 1 */
  processes?: number;
  /** the kubelet's first wait after a failed pull; the longest is thirty times that. Default 10,000 */
  firstBackoffMs?: number;
  /**
   * How long a pull's connections stay open behind it; default 30,000, as containerd's. A cold pull leaves up to three, so
   * that fast pulls through one machine can run out of descriptors.
   */
  idleConnectionMs?: number;
};

/** Simulated nodes, each with a content store of its own that lasts from run to run. */
export interface Fleet {
  /**
   * Starts each container at its time, whether or not earlier ones are there, and waits until every image is complete on
   * its node or was given up. Times are taken from when a start was due, so that a queue on the node counts.
   * @param options `giveUpMs`: after so long without success a start counts as failed; default 10 minutes
   */
  run(starts: readonly Start[], options?: { giveUpMs?: number }): Promise<Observed>;
  /** Empties the content stores of `nodes`, of all where none is named: what a new machine has. */
  forget(nodes?: readonly number[]): Promise<void>;
  /** Where the next connections go. */
  use(registry: Registry): Promise<void>;
  close(): Promise<void>;
}
