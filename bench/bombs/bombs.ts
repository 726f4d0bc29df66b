import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { pax, rawEntry, rawTar, type RawEntry } from '../../test/droplet/raw-tar.ts';

const mebibyte = 1024 * 1024;

/** Droplets that cost more than they look, by name: some are refused, some keep within every bound. */
export const bombs: Record<string, () => Promise<Buffer>> = {
  'zeros, over the ratio': () => gzipped(oneFile(1024, Buffer.alloc(mebibyte))),
  'a file within the ratio': () => gzipped(oneFile(2048, dull())),
  'a million files': () => gzipped(entries(990_000, (at) => [{ name: `./app/${at.toString(36)}` }])),
  'long names': () =>
    gzipped(entries(30_000, (at) => [pax(['path', `${at}/${'n'.repeat(250)}/${'m'.repeat(250)}`]), {}])),
  'deep names': () => gzipped(entries(400, (at) => [pax(['path', `${`${at}/`.repeat(900)}x`]), {}])),
  'large extended headers': () =>
    gzipped(entries(400, (at) => [pax(['comment', 'c'.repeat(900_000)]), { name: `./app/${at}` }])),
  'a million gzip members': () =>
    Promise.resolve(Buffer.concat(Array.from({ length: 1_000_000 }, () => empty))),
};

const empty = gzipSync('');

/** A mebibyte that packs to a hundredth or so: below the ratio that is refused. */
function dull(): Buffer {
  const bytes = Buffer.alloc(mebibyte, 'dull ');
  for (let at = 0; at < mebibyte; at += 512) bytes.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at);
  return bytes;
}

function* oneFile(pieces: number, piece: Buffer): Generator<Buffer> {
  yield rawEntry({ name: './app/bomb', size: pieces * piece.length });
  for (let at = 0; at < pieces; at++) yield piece;
  yield rawTar();
}

function* entries(count: number, make: (at: number) => RawEntry[]): Generator<Buffer> {
  for (let at = 0; at < count; at++) yield Buffer.concat(make(at).map(rawEntry));
  yield rawTar();
}

function gzipped(tar: Iterable<Buffer>): Promise<Buffer> {
  return buffer(Readable.from(tar).pipe(createGzip({ level: 1, chunkSize: mebibyte })));
}
