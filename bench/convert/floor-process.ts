/**
 * Reads and unpacks a droplet, with SHA-1 and SHA-256 of what is read and SHA-256 of what comes of it, compresses that where it is
 * told to, with SHA-256 of the result, and prints its cost.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { constants, createGunzip, createZstdCompress } from 'node:zlib';

const [path = '', compression] = process.argv.slice(2);
/** Once to have the code compiled, as it is in a process that has converted before. */
for (const round of ['warm', 'count']) {
  const [begun, cpuBefore] = [performance.now(), process.cpuUsage()];
  await unpack(path);
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallMs = performance.now() - begun;
  const peakRss = process.resourceUsage().maxRSS * 1024;
  if (round === 'count')
    process.stdout.write(JSON.stringify({ wallMs, cpuSeconds: (user + system) / 1e6, peakRss }));
}

async function unpack(file: string): Promise<void> {
  const packed = [createHash('sha1'), createHash('sha256')];
  const unpacked = createHash('sha256');
  const source = createReadStream(file, { highWaterMark: 1024 * 1024 });
  source.on('data', (chunk) => {
    for (const hash of packed) hash.update(chunk);
  });
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  gunzip.on('data', (chunk: Buffer) => {
    // Hashes this chunk while zlib makes the next one.
    process.nextTick(() => unpacked.update(chunk));
  });
  source.pipe(gunzip);
  await (compression === 'zstd' ? compress(gunzip) : finished(gunzip));
}

async function compress(unpacked: NodeJS.ReadableStream): Promise<void> {
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const hash = createHash('sha256');
  zstd.on('data', (chunk: Buffer) => hash.update(chunk));
  unpacked.pipe(zstd);
  await finished(zstd);
}
