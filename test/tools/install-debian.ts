import { spawnSync } from 'node:child_process';
import { findTool } from './find-tool.ts';

/**
 * Installs packages with apt-get, all at once.
 * @returns why they could not be installed, or undefined
 */
export function installDebian(packages: readonly string[]): string | undefined {
  if (packages.length === 0) return undefined;
  const aptGet = findTool('apt-get');
  if (aptGet === undefined) return 'there is no apt-get to install it with';
  if (process.getuid?.() !== 0) return `run as root: apt-get install ${packages.join(' ')}`;
  process.stdout.write(`Installing ${packages.join(' ')}\n`);
  // A list that cannot be fetched is no reason to stop: the others may have all that is wanted.
  run(aptGet, 'update');
  return run(aptGet, 'install', '--yes', '--no-install-recommends', ...packages);
}

function run(aptGet: string, ...args: string[]): string | undefined {
  const { status, stderr } = spawnSync(aptGet, ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `apt-get ${args[0] ?? ''} failed: ${lastLine(stderr)}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
