/**
 * The same bytes in memory of their own, for who keeps them. Node cuts small buffers from slabs of 64 KiB, and one that stays keeps all
 * of its slab: caches would take many times what they count.
 */
export function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
