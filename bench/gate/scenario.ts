import type { Owner } from '../../test/helpers/owner.ts';

/**
 * What is judged, for one unit of work: the facade's CPU as so many times that of the floor in the same moments, the bytes that
 * went through its read and write calls, all its processes together, and those that its main thread allocated on the heap.
 */
export const figures = ['cpu', 'copied', 'allocated'] as const;
export type Figure = (typeof figures)[number];

/** Values of each figure: of CPU as many as there were moments, else one for each time. A figure that a scenario has not is left out. */
export type Series = Partial<Record<Figure, number[]>>;

/** One thing that is asked of a facade, and something like it of the least that any program could do. */
export type Scenario = { name: string; measure: () => Promise<Series> };

/**
 * Scenarios that share a facade. It is started anew for each round, because of two processes with the same code the one may be
 * dearer than the other for as long as they live.
 */
export type Stage = {
  /** of its scenarios, in their order */
  names: readonly string[];
  /** Starts the facade and lets it settle. It ends with the owner. */
  open: (owner: Owner) => Promise<Scenario[]>;
};

/** Where what is allocated says nothing of the work. */
export function withoutAllocated({ cpu = [], copied = [] }: Series): Series {
  return { cpu, copied };
}
