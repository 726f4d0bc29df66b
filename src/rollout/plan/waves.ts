import type { RolloutSpec, WaveSpec } from '../stack/spec.ts';
import { fractionOf } from './fraction.ts';

/** The waves of a roll. What they leave over comes in one more, so that a roll reaches every app. */
export function wavesOf({ waves }: RolloutSpec): WaveSpec[] {
  const takesRest = waves.some((wave) => wave.apps === undefined && wave.percent === undefined);
  return takesRest ? waves : [...waves, { name: 'rest', approval: false, pause: 0 }];
}

/** How a wave is called where nobody named it. */
export function waveName(wave: WaveSpec, index: number): string {
  return wave.name ?? (wave.percent === undefined ? `wave ${index + 1}` : `${wave.percent}%`);
}

/**
 * Those of `guids` that belong into a wave: canaries, or a share that grows with the percentages of all waves up to it, by
 * the guids' own hash, so that an app that comes or goes moves no other. All, where the wave takes the rest.
 * @param guids that were in no wave before
 */
export function membersOf(
  waves: readonly WaveSpec[],
  index: number,
  guids: readonly string[],
  canaries: ReadonlySet<string>,
): string[] {
  const wave = waves[index];
  if (wave?.apps === 'auto') return guids.filter((guid) => canaries.has(guid));
  if (wave?.percent === undefined) return [...guids];
  const share = waves.slice(0, index + 1).reduce((sum, { percent = 0 }) => sum + percent, 0) / 100;
  return guids.filter((guid) => fractionOf(guid) < share);
}
