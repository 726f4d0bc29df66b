/** A file of which only parts may have been kept. They neither overlap nor touch. */
export type KeptFile = {
  /** bytes of the whole file */
  size: number;
  parts: readonly Part[];
};

export type Part = { start: number; bytes: Buffer };

/** A file that was kept whole. */
export function wholeFile(bytes: Buffer): KeptFile {
  return { size: bytes.length, parts: [{ start: 0, bytes }] };
}

/** What was kept from `at` on without a gap, at most `most` bytes; empty where that is nothing. */
export function bytesFrom(file: KeptFile, at: number, most: number): Buffer {
  const part = file.parts.find(({ start, bytes }) => at >= start && at < start + bytes.length);
  if (part === undefined || most <= 0) return nothing;
  return part.bytes.subarray(at - part.start, at - part.start + most);
}

const nothing = Buffer.alloc(0);
