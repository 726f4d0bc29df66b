/** What one contestant did in one round, and what it cost. `copied` is left out where nobody counted it. */
export type Sample = {
  requests: number;
  bytes: number;
  seconds: number;
  cpuSeconds: number;
  copied?: number;
};

/** That dropstack, in each of its ways, does so many times as much with a second of CPU as another, who may be the floor. */
export type Aim = { times: number; as: string };

/** A task, and what all contestants did at it in the same rounds. */
export type Race = {
  task: string;
  /** what is done: requests, or megabytes of bodies */
  unit: 'request' | 'megabyte';
  /** the contestant that does the least that has to be done */
  floor: string;
  aims: readonly Aim[];
  /** by contestant, a sample a round */
  samples: ReadonlyMap<string, readonly Sample[]>;
};
