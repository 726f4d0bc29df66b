import { z } from 'zod';

const entry = z.strictObject({
  guid: z.string(),
  /** where it was placed when its wave began: where it goes back to; missing where nothing was known of it */
  from: z.string().exactOptional(),
  to: z.string(),
  /** it was not healthy before, and cannot be charged for that */
  broken: z.boolean(),
  /** of the pod that had most */
  restarts: z.int(),
  /** how many pods it had, and how many of them were steadily ready */
  pods: z.int(),
  ready: z.int(),
});

/**
 * The apps of a wave as they were before it began. Written once, before the wave begins: who is in a wave, and how each app
 * did before, must be known after the patcher was killed, when the old pods are gone.
 */
export const charter = z.strictObject({ wave: z.int(), entries: z.array(entry) });
export type Charter = z.output<typeof charter>;
export type CharterEntry = z.output<typeof entry>;

/** The name of a wave's charter among a roll's papers. */
export function charterPaper(wave: number): string {
  return `wave-${wave}.json`;
}
