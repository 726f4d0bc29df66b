import { z } from 'zod';

/** The kinds of values that options have. What is wrong with a value is said in one line, without the value. */
export const text = z.string().min(1, 'must not be empty');

export const count = z.int().positive();

/** Bytes: a number, or with a unit as in `512MiB`. */
export const size = z.union(
  [
    count,
    z
      .string()
      .regex(/^[1-9]\d{0,9}[KMGT]iB$/)
      .transform((given) => Number.parseInt(given, 10) * 1024 ** (units.indexOf(given.at(-3) ?? '') + 1)),
  ],
  'not a size: write a whole number of bytes, or 512MiB, 2GiB',
);

const units = ['K', 'M', 'G', 'T'];

/** The shortest way to write a size exactly. */
export function inUnits(bytes: number): number | string {
  const power = units.findLastIndex((_, i) => bytes % 1024 ** (i + 1) === 0) + 1;
  return power === 0 || bytes === 0 ? bytes : `${bytes / 1024 ** power}${units[power - 1]}iB`;
}

export const network = z.union([z.cidrv4(), z.cidrv6()], 'not a network: write 10.0.0.0/8 or fd00::/8');

/** A whole number is digits where only text can be given: in the environment, and on the command line. */
export function fromDigits(given: unknown): unknown {
  return typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
}
