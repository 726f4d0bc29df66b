import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { ObjectInfo } from '../store.ts';
import { blockSize } from './block-sums.ts';

/** What follows an object's bytes in its file: whose they are, and the CRC-32 of each block of them. */
export type Trailer = { info: ObjectInfo; sums: readonly number[] };

/**
 * Bytes of the footer, with which a file ends: the length of the info's JSON, the number of sums, the CRC-32 of both, the
 * CRC-32 of the footer so far, the magic number; 32 bits each, big-endian. Before it come the sums, before them the JSON.
 */
export const footerLength = 20;
const magic = 0x64_73_63_31;

const infoSchema = z.strictObject({
  key: z.string(),
  size: z.int().nonnegative(),
  modified: z.number(),
  etag: z.string(),
});

/** The bytes of a trailer, footer and all. */
export function encodeTrailer({ info, sums }: Trailer): Buffer {
  const json = jsonOf(info);
  const bytes = Buffer.alloc(json.length + 4 * sums.length + footerLength);
  json.copy(bytes);
  for (const [i, sum] of sums.entries()) bytes.writeUInt32BE(sum, json.length + 4 * i);
  const footer = bytes.subarray(-footerLength);
  footer.writeUInt32BE(json.length, 0);
  footer.writeUInt32BE(sums.length, 4);
  footer.writeUInt32BE(crc32(bytes.subarray(0, -footerLength)), 8);
  footer.writeUInt32BE(crc32(footer.subarray(0, 12)), 12);
  footer.writeUInt32BE(magic, 16);
  return bytes;
}

/** The length of the trailer that `footer` ends, footer and all, or undefined where it is none. */
export function trailerLength(footer: Buffer): number | undefined {
  if (footer.length !== footerLength || footer.readUInt32BE(16) !== magic) return undefined;
  if (crc32(footer.subarray(0, 12)) !== footer.readUInt32BE(12)) return undefined;
  return footer.readUInt32BE(0) + 4 * footer.readUInt32BE(4) + footerLength;
}

/** Reads what `encodeTrailer` wrote; undefined where a bit of it is otherwise. */
export function decodeTrailer(bytes: Buffer): Trailer | undefined {
  const footer = bytes.subarray(-footerLength);
  if (trailerLength(footer) !== bytes.length) return undefined;
  const body = bytes.subarray(0, -footerLength);
  if (crc32(body) !== footer.readUInt32BE(8)) return undefined;
  const [jsonLength, count] = [footer.readUInt32BE(0), footer.readUInt32BE(4)];
  const info = infoSchema.parse(JSON.parse(body.toString('utf8', 0, jsonLength)));
  const sums = Array.from({ length: count }, (_, i) => body.readUInt32BE(jsonLength + 4 * i));
  return count === blocksOf(info.size) ? { info, sums } : undefined;
}

/** Bytes of the file of an object: its own and its trailer's. */
export function fileLength(info: ObjectInfo): number {
  return info.size + jsonOf(info).length + 4 * blocksOf(info.size) + footerLength;
}

function blocksOf(size: number): number {
  return Math.ceil(size / blockSize);
}

function jsonOf({ key, size, modified, etag }: ObjectInfo): Buffer {
  return Buffer.from(JSON.stringify({ key, size, modified, etag }));
}
