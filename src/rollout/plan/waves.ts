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
 * the guids' own hash, so that an app that comes or goes moves no other. All, where the wave takes the rest. In the order of
 * that hash.
 * @param guids that were in no wave before
 */
export function membersOf(
  waves: readonly Pick<WaveSpec, 'apps' | 'percent'>[],
  index: number,
  guids: readonly string[],
  canaries: ReadonlySet<string>,
): string[] {
  const wave = waves[index];
  const ordered = guids
    .map((guid) => ({ guid, fraction: fractionOf(guid) }))
    .toSorted((a, b) => a.fraction - b.fraction);
  if (wave?.apps === 'auto') return ordered.map(({ guid }) => guid).filter((guid) => canaries.has(guid));
  const share = waves.slice(0, index + 1).reduce((sum, { percent = 0 }) => sum + percent, 0) / 100;
  const members = wave?.percent === undefined ? ordered : ordered.filter(({ fraction }) => fraction < share);
  return members.map(({ guid }) => guid);
}
