import { createHash } from 'node:crypto';
import { Failure } from '../errors.ts';

/** `sha256:` and 64 lower-case hex digits (image-spec, descriptor.md). Only `parseDigest` and `sha256` make one. */
export type Digest = `sha256:${string}` & { readonly __brand: 'Digest' };

/** The grammar of any digest, whatever its algorithm (image-spec, descriptor.md "Digests"). */
export const digestGrammar = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const canonical = /^sha256:[0-9a-f]{64}$/;

/**
 * Parses a digest at the edge. `undefined` is a well-formed digest of an algorithm that we never produce: nothing here
 * can have it.
 * @throws Failure `invalid` / `DIGEST_INVALID` when it is malformed
 */
export function parseDigest(text: string): Digest | undefined {
  if (isDigest(text)) return text;
  const wellFormed = digestGrammar.test(text) && !text.startsWith('sha256:') && (hexLength(text) ?? true);
  if (!wellFormed)
    throw new Failure('invalid', `Malformed digest ${JSON.stringify(text)}`, { reason: 'DIGEST_INVALID' });
  return undefined;
}

/** Whether `text` is a digest that dropstack itself could have made. */
export function isDigest(text: string): text is Digest {
  return canonical.test(text);
}

/** The 64 hex digits of a digest, as they stand in store keys. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The digest whose hex digits are `hex`. */
export function digestOfHex(hex: string): Digest {
  const text = `sha256:${hex}`;
  if (!isDigest(text)) throw new Failure('invalid', `Not a SHA-256 in hex: ${JSON.stringify(hex)}`);
  return text;
}

/** The digest of `bytes`. */
export function sha256(bytes: Uint8Array | string): Digest {
  return digestOfHex(createHash('sha256').update(bytes).digest('hex'));
}

/** For registered algorithms the length is fixed, too; `undefined` for the others. */
function hexLength(text: string): boolean | undefined {
  if (text.startsWith('sha512:')) return /^sha512:[0-9a-f]{128}$/.test(text);
  return undefined;
}
