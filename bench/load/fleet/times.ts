import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

const hour = 3_600_000_000;

/**
 * Times from a microsecond to an hour.
 * @param digits that a time keeps: with three a histogram takes some 100 KB, with one 2 KB
 */
export function createTimes(digits: 1 | 3 = 3): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: hour,
    numberOfSignificantValueDigits: digits,
  });
}

/** What is shorter or longer counts as the shortest or the longest. */
export function addTime(times: Histogram, milliseconds: number): void {
  times.recordValue(Math.min(Math.max(Math.round(milliseconds * 1000), 1), hour));
}

export function writeTimes(times: Histogram): string {
  return encodeIntoCompressedBase64(times);
}

export function readTimes(text: string): Histogram {
  return decodeFromCompressedBase64(text);
}
