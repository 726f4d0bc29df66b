import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTool, goBin } from './find-tool.ts';

/** The conformance program's source, where a checkout of it lies beside ours. */
const conformanceSource = join(import.meta.dirname, '../../../shared/conformance');
const conformanceModule =
  'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260716174315-967efdc079b9';

/** What was built into `goBin`; anything else than `wanted()` means that it is built again. */
const stamp = join(goBin, '.built-from');

/**
 * Builds the Go tools, unless they were built from the same go.sum before.
 * @returns why some could not be built, or undefined
 */
export function installGo(names: readonly string[]): string | undefined {
  const wanted = `${conformanceModule}\n${readFileSync(join(import.meta.dirname, 'go.sum'), 'utf8')}`;
  if (names.every((name) => existsSync(join(goBin, name))) && readStamp() === wanted) return undefined;
  const go = findTool('go');
  if (go === undefined) return 'there is no Go compiler on the PATH';
  process.stdout.write(`Building ${names.join(' ')}\n`);
  mkdirSync(goBin, { recursive: true });
  const failures = [buildTools(go), buildConformance(go)].filter((failure) => failure !== undefined);
  if (failures.length > 0) return failures.join('; ');
  writeFileSync(stamp, wanted);
  return undefined;
}

function readStamp(): string | undefined {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

function buildTools(go: string): string | undefined {
  return run(go, ['install', 'tool'], import.meta.dirname);
}

function buildConformance(go: string): string | undefined {
  return existsSync(conformanceSource)
    ? run(go, ['build', '-buildvcs=false', '-o', join(goBin, 'conformance'), '.'], conformanceSource)
    : run(go, ['install', conformanceModule], import.meta.dirname);
}

function run(go: string, args: string[], cwd: string): string | undefined {
  const { status, stderr } = spawnSync(go, args, {
    cwd,
    env: { ...process.env, GOBIN: goBin, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `go ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}
