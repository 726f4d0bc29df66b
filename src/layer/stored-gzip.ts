import { crc32 } from 'node:zlib';

const largestBlock = 0xffff;

/**
 * `bytes` as gzip without compression: stored blocks alone (RFC 1951 §3.2.4, RFC 1952 §2.3). Its output depends on nothing
 * but its input, whereas zlib's may change with its next version.
 */
export function storedGzip(bytes: Uint8Array): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const blocks: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += largestBlock) {
    const block = bytes.subarray(start, start + largestBlock);
    const isLast = start + largestBlock >= bytes.length;
    const head = Buffer.alloc(5);
    head.writeUInt8(isLast ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(largestBlock - block.length, 3);
    blocks.push(head, block);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, ...blocks, trailer]);
}
