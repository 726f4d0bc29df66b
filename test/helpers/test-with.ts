import test from 'ava';
import { missing } from './tools.ts';

/**
 * AVA's `test.serial`, for tests that need these programs: they work hard, so those of a file run one after the other.
 * Where a program is missing the test is skipped and the reason is said, except in CI, where it runs and fails.
 */
export function testWith(
  ...needs: Parameters<typeof missing>[0]
): typeof test.serial | typeof test.serial.skip {
  const lacking = missing(needs);
  if (lacking.length === 0 || process.env['CI'] === 'true') return test.serial;
  process.stderr.write(`Skipping tests that need ${lacking.join(', ')}: "npm run pretest" says why\n`);
  return test.serial.skip;
}
