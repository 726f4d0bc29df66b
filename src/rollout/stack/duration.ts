import { z } from 'zod';

const units = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
]);

/** A time as Go writes it, `1h30m`, in seconds; hours, minutes and seconds, each at most once, in this order. */
export const duration = z
  .string()
  .min(2)
  .regex(/^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$/, 'not a duration: write 90s, 10m or 1h30m')
  .transform((text) => {
    const parts = text.matchAll(/(\d+)([hms])/g);
    return [...parts].reduce(
      (sum, [, count = '', unit = '']) => sum + Number(count) * (units.get(unit) ?? 0),
      0,
    );
  });
