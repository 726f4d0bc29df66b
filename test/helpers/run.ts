import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

export type RunOptions = {
  cwd?: string;
  /** the whole environment; without it, ours */
  env?: NodeJS.ProcessEnv;
  input?: string | Uint8Array;
  /** milliseconds after which the command is killed and has failed; 120,000 without it */
  timeout?: number;
  /** answer an exit code other than 0 instead of throwing */
  mayFail?: boolean;
};

export type Output = {
  /** the exit code; -1 where a signal ended it */
  code: number;
  stdout: string;
  stderr: string;
  /** stdout, byte for byte */
  bytes: Buffer;
};

/**
 * Runs a command to its end and collects its output.
 * @throws Error naming the command, how it ended and what it said
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  const { cwd, env, input, timeout = 120_000, mayFail = false } = options;
  const child = spawn(command, args, { cwd, env, timeout, killSignal: 'SIGKILL' });
  // A command that does not read its input closes it: no failure of the command's.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [bytes, errors] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  const output = { code: child.exitCode ?? -1, stdout: bytes.toString(), stderr: errors.toString(), bytes };
  if (output.code !== 0 && !mayFail) {
    const how = child.signalCode === null ? `with exit code ${output.code}` : `by ${child.signalCode}`;
    throw new Error(
      `${command} ${args.join(' ')}: ended ${how}\n${tail(output.stderr)}${tail(output.stdout)}`,
    );
  }
  return output;
}

function tail(text: string): string {
  return text.slice(-4000);
}
