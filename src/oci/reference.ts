import { Failure } from '../errors.ts';
import { parseDigest, type Digest } from './digest.ts';

/** The namespace under which a droplet lies over its own stack's rootfs, whichever that is. */
export const anyStack = 'cloudfoundry';

/**
 * What a repository name means to dropstack.
 * `stack` of a droplet repository is undefined under `cloudfoundry/`: the droplet's own stack.
 */
export type Repository =
  | { kind: 'droplet'; name: string; stack: string | undefined; guid: string }
  | { kind: 'rootfs'; name: string; stack: string };

/** What follows the repository: a digest (undefined: well-formed, but no content here can have it) or a tag. */
export type Reference = { digest: Digest | undefined } | { tag: string };

/** A droplet's tag: the hash of the droplet's compressed bytes, and the rootfs version where it is pinned. */
export type DropletTag = { hash: string; version: string | undefined };

/** Of a part of a repository's name. */
export const componentGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** Of a rootfs version. */
export const versionGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,62}$/;
/** Of a droplet's hash. */
export const hashGrammar = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const dropletTag = /^([0-9a-f]{64}|[0-9a-f]{40})(?:-(.*))?$/;

/**
 * Parses a repository name.
 * @throws Failure `invalid` / `NAME_INVALID` when it breaks distribution-spec's grammar; `not-found` / `NAME_UNKNOWN`
 *   when it is a fine name that no droplet and no rootfs can have
 */
export function parseRepository(name: string): Repository {
  const parts = name.split('/');
  if (name.length > 255 || !parts.every((part) => componentGrammar.test(part))) {
    throw new Failure('invalid', `Malformed repository name ${JSON.stringify(name)}`, {
      reason: 'NAME_INVALID',
    });
  }
  const [namespace = '', last = ''] = parts;
  if (parts.length === 2 && last === 'rootfs' && namespace !== anyStack) {
    return { kind: 'rootfs', name, stack: namespace };
  }
  if (parts.length === 2 && isGuid(last)) {
    return { kind: 'droplet', name, stack: namespace === anyStack ? undefined : namespace, guid: last };
  }
  throw unknownName(name);
}

/**
 * Parses what stands behind a repository, a tag or a digest.
 * @throws Failure `invalid`: `DIGEST_INVALID` or `TAG_INVALID`
 */
export function parseReference(text: string): Reference {
  if (text.includes(':')) return { digest: parseDigest(text) };
  if (!tagGrammar.test(text)) {
    throw new Failure('invalid', `Malformed tag ${JSON.stringify(text)}`, { reason: 'TAG_INVALID' });
  }
  return { tag: text };
}

/** A droplet's tag, or undefined where a tag is well-formed but of another form: no droplet can have it. */
export function parseDropletTag(tag: string): DropletTag | undefined {
  const match = dropletTag.exec(tag);
  if (match === null) return undefined;
  const [, hash = '', version] = match;
  if (version !== undefined && !isVersion(version)) return undefined;
  return { hash, version };
}

/** The error for a repository that holds nothing. */
export function unknownName(name: string): Failure {
  return new Failure('not-found', `No repository ${name}: no droplet and no rootfs has that name`, {
    reason: 'NAME_UNKNOWN',
  });
}

/** One component of the repository grammar, four characters or more, not `rootfs`. */
export function isGuid(text: string): boolean {
  return text.length >= 4 && text.length <= 200 && text !== 'rootfs' && componentGrammar.test(text);
}

/** SHA-1 or SHA-256 in lower-case hex. */
export function isDropletHash(text: string): boolean {
  return hashGrammar.test(text);
}

/** One component of the repository grammar, not `cloudfoundry`. */
export function isStackName(text: string): boolean {
  return text !== anyStack && text.length <= 100 && componentGrammar.test(text);
}

/** A tag's characters, 63 at most. */
export function isVersion(text: string): boolean {
  // The one name that cannot be a key of an object.
  return versionGrammar.test(text) && text !== '__proto__';
}
