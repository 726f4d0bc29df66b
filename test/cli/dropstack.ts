import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { run, type Output } from '../helpers/run.ts';

const main = join(import.meta.dirname, '../../src/dropstack.js');

/** Runs `dropstack` as a user would, in an environment with no DROPSTACK_* but those given. `input` is its stdin. */
export async function dropstack(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
  input = '',
): Promise<Output> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('DROPSTACK_'));
  const place = cwd === undefined ? {} : { cwd };
  const options = { env: { ...Object.fromEntries(clean), ...env }, mayFail: true, input, ...place };
  return run(process.execPath, [main, ...args], options);
}

/** Asserts that a command ended with `code` and one line on stderr, which it answers; stdout is empty. */
export function complaint(t: ExecutionContext, { code: found, stdout, stderr }: Output, code: 1 | 2): string {
  t.is(found, code, stderr);
  t.is(stdout, '');
  t.regex(stderr, /^dropstack: [^\n]+\n$/);
  return stderr;
}
