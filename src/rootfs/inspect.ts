import { Failure } from '../errors.ts';
import { digestOfHex, type Digest } from '../oci/digest.ts';
import { ContentsBuilder } from './contents/contents-builder.ts';
import type { Contents } from './contents/contents.ts';
import { Budget } from './read/budget.ts';
import { checkedTar } from './read/checked-tar.ts';
import { explain } from './read/explain.ts';
import type { Limits } from './read/limits.ts';
import type { SourceImage, SourceLayer } from './read/source-image.ts';

/** A layer whose bytes are what its image says, and a tar that every runtime can unpack. */
export type VerifiedLayer = SourceLayer & { digest: Digest; diffId: Digest };

/**
 * Reads all layers of an image from end to end: verifies them, and sees what they hold. Writes nothing but what the
 * inspection of package databases needs in `temporaryDirectory` for a moment.
 * @param name what messages call the image
 * @throws Failure `mismatch`, `invalid`, `too-large`, naming the layer
 */
export async function inspect(
  { kind, layers }: SourceImage,
  name: string,
  limits: Limits,
  temporaryDirectory: string,
): Promise<{ layers: VerifiedLayer[]; contents: Contents }> {
  const builder = new ContentsBuilder(temporaryDirectory);
  const budget = new Budget(limits);
  const verified: VerifiedLayer[] = [];
  for (const layer of layers) {
    try {
      verified.push(await verify(layer, builder, budget));
    } catch (error) {
      throw explain(error, kind === 'tar' ? name : `${name}, ${layer.name}`);
    }
  }
  return { layers: verified, contents: builder.finish() };
}

async function verify(layer: SourceLayer, builder: ContentsBuilder, budget: Budget): Promise<VerifiedLayer> {
  const { tar, packed, unpacked } = checkedTar(layer.open(), layer.compression, budget);
  try {
    await builder.addLayer(tar);
  } finally {
    tar.destroy();
  }
  const digest = requireHash('it hashes to', layer.digest, packed.hex('sha256'));
  const diffId = requireHash('unpacked it hashes to', layer.diffId, unpacked.hex('sha256'));
  return { ...layer, digest, diffId };
}

function requireHash(what: string, expected: Digest | undefined, hex: string): Digest {
  const found = digestOfHex(hex);
  if (expected === undefined || expected === found) return found;
  throw new Failure('mismatch', `${what} ${found}, and its image says ${expected}`, { expected, found });
}
