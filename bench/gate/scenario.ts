/**
 * What some work has cost a server, all its processes together: seconds of CPU, bytes that went through its read and write
 * calls, and bytes that its main thread allocated on the heap, where it tells them.
 */
export type Cost = { work: number; cpuSeconds: number; copied: number; allocated?: number };

/** One thing that is asked of a facade, and something like it of the least that any program could do. */
export type Scenario = {
  name: string;
  /** of work, e.g. `request` */
  unit: string;
  facade: () => Promise<Cost>;
  floor: () => Promise<Pick<Cost, 'work' | 'cpuSeconds'>>;
};

/**
 * What is judged, for one unit of work: the facade's CPU as so many times that of the floor in the same round, and the bytes
 * that it copied and allocated.
 */
export const figures = ['cpu', 'copied', 'allocated'] as const;
export type Figure = (typeof figures)[number];

/** What the rounds gave, a value each. A figure that a scenario has not is left out. */
export type Series = Partial<Record<Figure, number[]>>;
