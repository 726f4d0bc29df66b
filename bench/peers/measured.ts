import { run } from '../../test/helpers/run.ts';
import { findTool } from '../../test/tools/find-tool.ts';

/**
 * What a job cost. `cpuSeconds` is user and system time of all its processes, `peakRss` in bytes the highest of any one
 * of them.
 */
export type Usage = { wallMs: number; cpuSeconds: number; peakRss: number };

/** Runs a command to its end. What the kernel counted of it and its children is exact: nothing is sampled. */
export async function measured(command: string, args: readonly string[], cwd?: string): Promise<Usage> {
  const { stderr } = await run('bash', ['-c', script, gnuTime(), command, ...args], {
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 600_000,
    ...(cwd === undefined ? {} : { cwd }),
  });
  // After what the command itself said.
  const [kilobytes, times = ''] = stderr.trimEnd().split('\n').slice(-2);
  const [wall = NaN, user = NaN, system = NaN] = times.split(' ').map(Number);
  return { wallMs: wall * 1000, cpuSeconds: user + system, peakRss: Number(kilobytes) * 1024 };
}

/** The shell's own clock tells milliseconds where GNU time tells hundredths; only the latter tells memory. */
const script = `TIMEFORMAT='%R %U %S'; time "$0" --quiet --format=%M "$@"`;

function gnuTime(): string {
  const path = findTool('time');
  if (path === undefined) throw new Error('GNU time is not installed: it is in the Debian package time');
  return path;
}
