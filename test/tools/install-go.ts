import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findTool, goBin } from './find-tool.ts';
import { goModules, sourcesOf, type GoModule } from './go-modules.ts';

/**
 * Builds the programs of each Go module, unless they were built from the same sources before.
 * @returns why, for each program that could not be built
 */
export function installGo(): ReadonlyMap<string, string> {
  return new Map(
    goModules().flatMap((module) => {
      const failure = install(module);
      return failure === undefined ? [] : module.tools.map(({ tool }) => [tool, failure] as const);
    }),
  );
}

function install(module: GoModule): string | undefined {
  const wanted = sourcesOf(module);
  // What the module was built from; anything else than what is wanted means that it is built again.
  const stamp = join(goBin, `.built-from-${module.name}`);
  const built = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  if (built === wanted && module.tools.every(({ tool }) => existsSync(join(goBin, tool)))) return undefined;
  const go = findTool('go');
  if (go === undefined) return 'there is no Go compiler on the PATH';
  process.stdout.write(`Building ${module.tools.map(({ tool }) => tool).join(' ')}\n`);
  mkdirSync(goBin, { recursive: true });
  const failures = build(go, module);
  if (failures.length > 0) return failures.join('; ');
  writeFileSync(stamp, wanted);
  return undefined;
}

/** Go names a program after its package, and installs into one folder at a time. */
function build(go: string, { directory, flags, tools }: GoModule): string[] {
  return [...Map.groupBy(tools, ({ tool }) => dirname(tool))].flatMap(([folder, members]) => {
    const args = ['install', '-buildvcs=false', ...flags, ...members.map(({ path }) => path)];
    const { status, stderr } = spawnSync(go, args, {
      cwd: directory,
      env: { ...process.env, GOBIN: join(goBin, folder), CGO_ENABLED: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    return status === 0 ? [] : [`go ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`];
  });
}
