import type { DropletImage } from './droplet-image.ts';

/** A container whose image is a droplet of ours. */
export type DropletContainer = {
  name: string;
  image: DropletImage;
  /** as the node reports it, in whatever form; empty until it was pulled */
  imageId: string;
  alwaysPulls: boolean;
};

/** Who makes a pod anew when it is gone. */
export type Owner = { kind: string; name: string; uid: string };

/** What is kept of a pod that runs a droplet; there may be 80,000 of them. Times in milliseconds since the epoch. */
export type Pod = {
  namespace: string;
  name: string;
  uid: string;
  node: string | undefined;
  owner: Owner | undefined;
  createdAt: number;
  /** it is being ended */
  isLeaving: boolean;
  isReady: boolean;
  /** when it became ready, or ceased to be; its creation until a node has said */
  readinessSince: number;
  /** of all its containers */
  restarts: number;
  /** when a container of it ended last and was started again, or will be; undefined where none did */
  crashedAt: number | undefined;
  /** why a container waits, as `CrashLoopBackOff`, where it is more than being created */
  waiting: string | undefined;
  /** init containers first, in their order; those with other images are left out */
  containers: DropletContainer[];
  /** ends by itself: it belongs to a Job, or is not started again */
  isTask: boolean;
};
