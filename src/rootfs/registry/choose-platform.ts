import { Failure } from '../../errors.ts';
import type { ListedDescriptor } from '../read/documents.ts';
import { isAttestation } from '../read/is-attestation.ts';
import type { WantedPlatform } from '../read/source-image.ts';

/**
 * The image of an index that is for the wanted platform, linux/amd64 where nothing is wanted; of several the first
 * (image-spec image-index.md). One that says nothing fits where it is the only one.
 * @throws Failure `invalid`, saying what there is to choose from
 */
export function choosePlatform(
  listed: readonly ListedDescriptor[],
  { os = 'linux', architecture = 'amd64', osVersion }: WantedPlatform,
): ListedDescriptor {
  const images = listed.filter((item) => !isAttestation(item));
  const [only] = images;
  if (images.length === 1 && only !== undefined && only.platform === undefined) return only;
  const chosen = images.find(
    ({ platform }) =>
      platform?.os === os &&
      platform.architecture === architecture &&
      (osVersion === undefined || (platform['os.version'] ?? osVersion) === osVersion),
  );
  if (chosen !== undefined) return chosen;
  const found = [...new Set(images.map(nameOf))].slice(0, 20).join(', ');
  const version = osVersion === undefined ? '' : ` ${osVersion}`;
  throw new Failure(
    'invalid',
    `it has no image for ${os}/${architecture}${version}, but for ${found || 'no platform'}: choose by --os and --arch`,
  );
}

function nameOf({ platform }: ListedDescriptor): string {
  if (platform === undefined) return 'one that is not named';
  const { os, architecture, variant, 'os.version': version } = platform;
  return [os, architecture, variant, version].filter((part) => part !== undefined).join('/');
}
