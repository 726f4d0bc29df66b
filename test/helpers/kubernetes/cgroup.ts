import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../owner.ts';
import { lastWill } from './last-will.ts';

let cgroups = 0;

/**
 * Makes a cgroup in every hierarchy of the machine. At its end it goes, with all that was made below it; the processes there
 * must have ended by then. Needs root. @returns its path below each hierarchy's mount point
 */
export async function cgroup(owner: Owner): Promise<string> {
  const name = `dropstack-${process.pid}-${cgroups++}`;
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const hierarchies = mounts.filter(([, , type]) => type === 'cgroup' || type === 'cgroup2');
  const paths = hierarchies.map(([, mountPoint = '']) => join(mountPoint, name));
  lastWill(owner, removal(paths.join(' ')));
  await Promise.all(paths.map((path) => mkdir(path)));
  return `/${name}`;
}

/** A process that was killed is in its cgroup for a moment more. */
function removal(paths: string): string {
  return `for attempt in $(seq 100); do
  find ${paths} -depth -type d -exec rmdir {} + 2>/dev/null
  left=$(ls -d ${paths} 2>/dev/null)
  [ -z "$left" ] && exit 0
  sleep 0.1
done
echo "still there: $left" >&2
exit 1`;
}
