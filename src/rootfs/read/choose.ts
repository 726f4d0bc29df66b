import { Failure } from '../../errors.ts';
import { ownArchitecture } from '../architecture.ts';
import type { SourceConfig } from './documents.ts';
import type { WantedPlatform } from './source-image.ts';

/** One image of several in a file. `names`: its tags, for messages. */
export type Candidate<T> = { config: SourceConfig; names: readonly string[]; image: T };

/**
 * The one image that is meant: the one that fits what is wanted; of several, the one for Linux on this machine.
 * @throws Failure `invalid`, saying what there is to choose from
 */
export function choose<T>(candidates: readonly Candidate<T>[], wanted: WantedPlatform): Candidate<T> {
  const fitting = candidates.filter(({ config }) => fits(config, wanted));
  const own = { os: 'linux', architecture: ownArchitecture() };
  const likely = fitting.length === 1 ? fitting : fitting.filter(({ config }) => fits(config, own));
  const [chosen] = likely;
  if (chosen !== undefined && likely.length === 1) return chosen;
  if (candidates.length === 0) throw new Failure('invalid', 'it holds no image');
  const found = candidates.map(describe).join(', ');
  if (fitting.length === 0) {
    throw new Failure('invalid', `none of its images is for ${platformName(wanted)}: it holds ${found}`);
  }
  throw new Failure(
    'invalid',
    `it holds several images, ${found}: name the one you mean by its operating system and architecture, ` +
      'or hand in a file with that one alone',
  );
}

/** What an image does not say fits whatever is wanted. */
function fits(config: SourceConfig, { os, architecture, osVersion }: WantedPlatform): boolean {
  const version = config['os.version'];
  return (
    (os === undefined || os === config.os) &&
    (architecture === undefined || architecture === config.architecture) &&
    (osVersion === undefined || version === undefined || osVersion === version)
  );
}

function describe({ config, names }: Candidate<unknown>): string {
  const name = platformName({ ...config, osVersion: config['os.version'] });
  return names.length === 0 ? name : `${name} (${names.join(' ')})`;
}

function platformName({
  os,
  architecture,
  osVersion,
  variant,
}: WantedPlatform & { variant?: string | undefined }): string {
  return [os ?? 'any system', architecture ?? 'any architecture', variant, osVersion]
    .filter((part) => part !== undefined)
    .join('/');
}
