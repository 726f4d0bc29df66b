import { Failure } from '../errors.ts';

const seconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/**
 * `30d` in milliseconds; also in `s`, `m`, `h` and `w`.
 * @throws Failure `invalid`
 */
export function parseAge(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const factor = seconds[unit];
  if (factor === undefined)
    throw new Failure('invalid', `${JSON.stringify(text)} is no age: write 90m, 12h, 30d or 4w`);
  return Number(digits) * factor * 1000;
}
