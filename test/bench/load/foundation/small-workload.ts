import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';

/** A few tens of droplets of a few kilobytes. */
export const smallWorkload = makeWorkload({ nodes: 3, apps: 30, diskBytes: 4_000_000 });
