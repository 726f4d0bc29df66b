import { isFailure } from '../../errors.ts';
import { parseDropletTag, parseRepository } from '../../oci/reference.ts';
import type { DropletImage } from './droplet-image.ts';

const grammar = /^([^/@]+)\/([^@:]+)(?::([^@:/]+))?(?:@([a-z0-9]+:[0-9a-f]+))?$/;

/**
 * What the image of a container means, where it is a droplet that one of `registries` serves; undefined for all others.
 * With a tag and a digest the digest counts, as for a kubelet.
 */
export function parseImage(image: string, registries: ReadonlySet<string>): DropletImage | undefined {
  const [, host = '', name = '', tag, digest] = grammar.exec(image) ?? [];
  if (!registries.has(host)) return undefined;
  const repository = repositoryOf(name);
  if (repository?.kind !== 'droplet') return undefined;
  const { guid, stack } = repository;
  if (digest !== undefined) return { guid, stack, reference: { digest } };
  const found = tag === undefined ? undefined : parseDropletTag(tag);
  return found && { guid, stack, reference: { hash: found.hash, pinned: found.version } };
}

/** Names of other things are not ours. */
function repositoryOf(name: string): ReturnType<typeof parseRepository> | undefined {
  try {
    return parseRepository(name);
  } catch (error) {
    if (isFailure(error, 'invalid', 'not-found')) return undefined;
    throw error;
  }
}
