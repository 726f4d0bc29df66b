/**
 * Buffers for big reads of files, used over and over. Of new ones, each 64 MB that are read would have all of the heap marked: that was
 * a third of what sending a layer costs. Who is through with a chunk may give it back; one that nobody gives back is collected as
 * any other.
 */
const idle: Buffer[] = [];
const lent = new WeakSet<ArrayBufferLike>();

/** bytes of each: as big as is worth a turn of the event loop */
export const lentSize = 256 * 1024;

/** Kept while nobody has use for them: 16 MiB. */
const mostIdle = 64;

/** A buffer with anything in it. Any other number of bytes than `lentSize` gets one of its own, since who keeps fewer would keep all of a lent one. */
export function lend(length: number): Buffer {
  if (length !== lentSize) return Buffer.allocUnsafeSlow(length);
  const bytes = idle.pop() ?? Buffer.allocUnsafeSlow(lentSize);
  lent.add(bytes.buffer);
  return bytes;
}

/** Takes a lent buffer back, or a part of one in its place: nobody may look at it after that. Others are left alone. */
export function giveBack(chunk: Buffer): void {
  if (lent.delete(chunk.buffer) && idle.length < mostIdle) idle.push(Buffer.from(chunk.buffer));
}
