/** An image of a workload that is a droplet of ours. `stack` is undefined under `cloudfoundry/`: the droplet's own. */
export type DropletImage = {
  guid: string;
  stack: string | undefined;
  /** what leads to the droplet; a pinned one, or a digest, follows no placement */
  reference: { hash: string; pinned: string | undefined } | { digest: string };
};
