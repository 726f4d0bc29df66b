import { pipeline, Readable } from 'node:stream';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { LayerRewriter } from '../../src/droplet/rewrite.ts';
import { Gunzip } from '../../src/layer/gunzip.ts';
import { exact } from '../droplet/rewritten.ts';

/** Each of them costs a turn of zlib's thread; what is left then comes at once. */
const maxPackedChunks = 64;

/** The layer of a droplet that comes in such chunks; or the rule that refuses it. */
export async function layerOf(
  droplet: Buffer,
  packed: readonly number[],
  chunks: readonly number[],
): Promise<Buffer | string> {
  const gunzip = new Gunzip();
  const source = Readable.from(cut(droplet, packed, maxPackedChunks), { objectMode: false });
  pipeline(source, gunzip, () => undefined);
  const rewriter = new LayerRewriter(exact);
  const pieces: Buffer[] = [];
  try {
    for await (const unpacked of gunzip)
      for (const chunk of cut(unpacked, chunks)) pieces.push(...rewriter.write(chunk));
    pieces.push(...rewriter.end());
  } catch (error) {
    if (error instanceof DropletRefused) return error.reason ?? 'refused';
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return 'gzip';
    throw error;
  }
  return Buffer.concat(pieces);
}

function* cut(bytes: Buffer, sizes: readonly number[], most = Infinity): Generator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = turn < most ? (sizes[turn % sizes.length] ?? bytes.length) : bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
