import type { StoreOptions } from '../foundation/stores.ts';
import type { Workload } from '../workload/workload.ts';

/** What all scenarios of a run have in common. */
export type Setting = {
  workload: Workload;
  store: StoreOptions['store'];
  tls: boolean;
  /** of each replica of dropstack */
  processes: number;
  /** starts that are due in a second, where not all are at once */
  perSecond: number;
  /** the kubelets' first wait after a failed pull; default 10,000 */
  firstBackoffMs?: number;
};

/**
 * All in ten seconds, but neither so slow that an idle server's own CPU time would tell, nor faster than two cores have some
 * ease with.
 */
export function usualRate({ instances }: Pick<Workload, 'instances'>): number {
  return Math.min(250, Math.max(50, Math.round(instances / 10)));
}

/** What a reader must know of how everything was set up, a line each. */
export function describeSetting({ store, tls, processes, perSecond }: Setting): string[] {
  const where = store === 's3' ? 'S3 (versitygw) with a cache of 1 GiB before it' : 'directories';
  return [
    `dropstack serve as ${processes === 1 ? 'one process' : `${processes} processes`} a replica; droplets and own store in ${where}; ${tls ? 'TLS' : 'plain HTTP'}; all on one machine, over its loopback`,
    `starts come all at once or at ${perSecond} a second, as each scenario says; a node pulls one image at a time, as kubelets do, and what waits on its node counts as latency`,
    `a pull's connections close ${idleConnectionMs / 1000} s behind it, not 30 s as containerd's: so many nodes on one machine would run out of descriptors`,
    'rootfs versions have 2 MB instead of a hundred or more',
  ];
}

/** See `describeSetting`. */
export const idleConnectionMs = 1000;
