import { createCipheriv, createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { blockSize, newHeader, paddingOf, seal, writeNumber } from '../../../src/layer/tar-header.ts';
import { text } from '../../droplets/text.ts';
import { realMix } from '../workload/real-sizes.ts';

/**
 * The tar of a droplet as staging leaves it, in pieces, which gzip at level 1 makes about `size` bytes. In it are prose and
 * files that do not compress, as much of each as real droplets have. `name` decides the content: two names have no such file
 * in common.
 */
export function* dropletEntries(name: string, size: number): Generator<Buffer> {
  const { noises, texts } = planOf(size);
  yield entry('./', { mode: 0o700 });
  yield* file('./staging_info.yml', [stagingInfo]);
  for (const folder of ['./app/', './app/lib/', './deps/', './deps/0/', './logs/', './tmp/'])
    yield entry(folder, { mode: 0o755 });
  const seed = createHash('sha256').update(name).digest();
  const keystream = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  for (const [at, length] of noises.entries())
    yield* file(`./app/lib/part-${at}.jar`, [keystream.update(Buffer.alloc(length))]);
  let from = seed.readUInt32BE(0);
  for (const [at, length] of texts.entries()) {
    yield* file(`./app/module-${at}.js`, proseFrom(from, length));
    from += length;
  }
  yield Buffer.alloc(2 * blockSize);
}

/** Bytes as they are in a file, of either kind: real droplets have some 30 files a megabyte. */
const fileSize = 32 * 1024;

/** What gzip makes of a header beside its neighbours; and of all that every droplet has. */
const [headerBytes, fixedBytes] = [75, 1_200];

/** The lengths of the files, so that they come to `size` when they are compressed. */
function planOf(size: number): { noises: number[]; texts: number[] } {
  const noise = Math.ceil(size * realMix.noise);
  const left = Math.max(size - noise - fixedBytes, 0);
  const files = Math.ceil(noise / fileSize) + Math.ceil((left * prose.ratio) / fileSize);
  const length = Math.max(left - files * headerBytes, 0) * prose.ratio;
  return { noises: partsOf(noise), texts: partsOf(Math.floor(length)) };
}

function partsOf(length: number): number[] {
  const whole = Array.from({ length: Math.floor(length / fileSize) }, () => fileSize);
  return length % fileSize === 0 ? whole : [...whole, length % fileSize];
}

function* file(name: string, content: Iterable<Buffer>): Generator<Buffer> {
  const pieces = [...content];
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  yield entry(name, { mode: 0o644, size });
  yield* pieces;
  yield Buffer.alloc(paddingOf(size));
}

/** A header: of a file where it has a size, else of a directory. */
function entry(name: string, { mode, size }: { mode: number; size?: number }): Buffer {
  const header = newHeader('5', name);
  if (size !== undefined) header.write('0', 156, 'latin1');
  writeNumber(header, 'mode', mode);
  writeNumber(header, 'uid', vcap);
  writeNumber(header, 'gid', vcap);
  writeNumber(header, 'size', size ?? 0);
  writeNumber(header, 'mtime', staged);
  seal(header);
  return header;
}

const [vcap, staged] = [2000, 1_700_000_000];

const stagingInfo = Buffer.from('{"detected_buildpack":"nodejs","start_command":"node app/module-0.js"}\n');

const prose = proseOf(4 * 2 ** 20);

/** Text that compresses as well as that of real droplets: of three kilobytes one was there shortly before. */
function proseOf(length: number): { bytes: Buffer; ratio: number } {
  const [kilobyte, next] = [1024, text(1)];
  const fresh = Buffer.from(next(length), 'latin1');
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, taken = 0; at < length; at += kilobyte) {
    const isRepeated = at / kilobyte >= 4 && (at / kilobyte) % 3 === 2;
    if (isRepeated) bytes.copyWithin(at, at - 4 * kilobyte, at - 3 * kilobyte);
    else taken += fresh.copy(bytes, at, taken, taken + Math.min(kilobyte, length - at));
  }
  return { bytes, ratio: length / gzipSync(bytes, { level: 1 }).length };
}

/** Goes round. */
function* proseFrom(from: number, length: number): Generator<Buffer> {
  const { bytes } = prose;
  for (let left = length, at = from % bytes.length; left > 0; at = 0) {
    const piece = bytes.subarray(at, at + left);
    yield piece;
    left -= piece.length;
  }
}
