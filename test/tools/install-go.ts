import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findTool, goBin } from './find-tool.ts';
import { inventory, type Origin } from './inventory.ts';

/** The conformance program's source, where a checkout of it lies beside ours. */
const conformanceSource = join(import.meta.dirname, '../../../shared/conformance');

/** containerd's snapshotters that need C libraries, or file systems that no test has. */
const tags = 'no_btrfs,no_devmapper,no_zfs';

/** What was built into `goBin`; anything else than `wanted()` means that it is built again. */
const stamp = join(goBin, '.built-from');

/**
 * Builds the Go tools, unless they were built from the same sources before.
 * @returns why some could not be built, or undefined
 */
export function installGo(names: readonly string[]): string | undefined {
  const wanted = sources();
  if (names.every((name) => existsSync(join(goBin, name))) && readStamp() === wanted) return undefined;
  const go = findTool('go');
  if (go === undefined) return 'there is no Go compiler on the PATH';
  process.stdout.write(`Building ${names.join(' ')}\n`);
  mkdirSync(goBin, { recursive: true });
  const failures = [...buildTools(go), buildConformance(go)].filter((failure) => failure !== undefined);
  if (failures.length > 0) return failures.join('; ');
  writeFileSync(stamp, wanted);
  return undefined;
}

/** All that decides what is built: what is wanted, in which versions, and the programs of our own. */
function sources(): string {
  const own = globSync('**/*.go', { cwd: import.meta.dirname }).toSorted();
  return ['inventory.ts', 'install-go.ts', 'go.mod', 'go.sum', ...own]
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
}

function readStamp(): string | undefined {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/** Go names a program after its package, and installs into one folder at a time. */
function buildTools(go: string): (string | undefined)[] {
  const tools = Object.entries<Origin>(inventory).flatMap(([name, origin]) =>
    'go' in origin && !origin.go.includes('@') ? [{ folder: dirname(name), path: origin.go }] : [],
  );
  return [...Map.groupBy(tools, ({ folder }) => folder)].map(([folder, members]) => {
    const args = ['install', '-tags', tags, ...members.map(({ path }) => path)];
    return run(go, args, import.meta.dirname, join(goBin, folder));
  });
}

function buildConformance(go: string): string | undefined {
  return existsSync(conformanceSource)
    ? run(go, ['build', '-buildvcs=false', '-o', join(goBin, 'conformance'), '.'], conformanceSource)
    : run(go, ['install', inventory.conformance.go], import.meta.dirname);
}

function run(go: string, args: string[], cwd: string, target = goBin): string | undefined {
  const { status, stderr } = spawnSync(go, args, {
    cwd,
    env: { ...process.env, GOBIN: target, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `go ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}
