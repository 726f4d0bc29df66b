import type { ElfNeeds } from '../droplet/needs.ts';
import { hexOf, sha256 } from '../oci/digest.ts';
import { wantsOf } from './wants.ts';

/** 16 hex digits that are the same for droplets that want the same libraries of a rootfs, whatever versions of symbols. */
export function librariesKey({ groups, brings }: Pick<ElfNeeds, 'groups' | 'brings'>): string {
  const own = new Set(brings);
  const wanted = groups
    .flatMap((group) => wantsOf(group, own))
    .map(({ library, class: wordSize, machine }) => [library, wordSize, machine].join(' '));
  const text = [...new Set(wanted)].toSorted().join('\n');
  return hexOf(sha256(text)).slice(0, 16);
}
