import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = {
  encoding: 'latin1',
  maxBuffer: 256 * 1024 * 1024,
  env: { ...process.env, LC_ALL: 'C' },
} as const;

/** Runs a shell script, which fails with its first failing command, and gives what it prints, one character a byte. */
export async function shell(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script, 'bash', ...args], root);
  return stdout;
}

/** Unpacks an archive with GNU tar as it is: owners, modes, times and extended attributes. */
export async function unpack(archive: string, directory: string): Promise<void> {
  await shell(
    'mkdir -p "$2" && tar --numeric-owner --same-owner -p --xattrs "--xattrs-include=*" -C "$2" -xf "$1"',
    archive,
    directory,
  );
}

/** All that a directory holds, told so that two that are equal give equal texts. */
export async function listing(directory: string): Promise<string> {
  return shell(
    `cd "$1"
     find . -type d -printf '%p d %m %U %G %T@\\0' -o -printf '%p %y %m %U %G %s %n %T@ %l\\0' | sort -z
     find . -type f -print0 | sort -z | xargs -0r sha256sum -z
     find . -print0 | sort -z | xargs -0r getfattr -h -d -m - -e hex --`,
    directory,
  );
}
