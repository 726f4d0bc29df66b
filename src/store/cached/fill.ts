import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Failure } from '../../errors.ts';
import { brokenRead } from './broken-read.ts';
import type { Claim } from './claim.ts';
import type { Copy } from './copy.ts';

/** The cache's own disk failed, which no reader need notice. */
export class DiskFault extends Error {
  override readonly name = 'DiskFault';
}

/**
 * Fills a copy with an object's bytes as fast as they come, whoever reads, and gives its file its name. The last bytes are
 * given out when the body has ended well, with the hash that it must have.
 * @param onBytes is told of each chunk's length
 * @throws DiskFault; Failure `unavailable` where the body fails or has another size than was said; Failure `corrupt`
 *   where it has another hash
 */
export async function fill(
  copy: Copy,
  claim: Claim,
  body: Readable,
  onBytes: (count: number) => void,
  sha256?: string,
): Promise<void> {
  const { key, size } = copy.info;
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  try {
    let last: Buffer | undefined;
    let count = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      hash?.update(chunk);
      count += chunk.length;
      if (count > size) throw new Error(`it gave more than ${size} bytes`);
      if (count === size) last ??= chunk;
      else await onDisk(copy.append(chunk));
    }
    if (count < size) throw new Error(`it gave ${count} of ${size} bytes`);
    if (hash?.digest('hex') !== sha256)
      throw new Failure('corrupt', `The stored ${key} has not the hash that it must have`);
    if (last !== undefined) await onDisk(copy.append(last));
    await onDisk(copy.finish());
    await onDisk(claim.place());
  } catch (error) {
    throw error instanceof DiskFault ? error : brokenRead(key, error);
  }
}

async function onDisk(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw new DiskFault('Cannot write to the cache', { cause });
  }
}
