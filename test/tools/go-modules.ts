import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventory, type Origin } from './inventory.ts';

/** Programs that are built together, apart from all others. */
export type GoModule = {
  name: string;
  /** Where Go is run. */
  directory: string;
  /** Flags of `go install`. */
  flags: readonly string[];
  /** The program's name, and the package that Go names it after. */
  tools: readonly { tool: string; path: string }[];
};

/** What all the programs of the inventory that come from Go are built in. */
export function goModules(): GoModule[] {
  const here = import.meta.dirname;
  return [
    { name: 'tools', directory: here, flags: ['-tags', tags], tools: toolsOf(undefined) },
    kubernetes(join(here, 'kubernetes')),
    conformance(here),
    helm(here),
  ];
}

/** All that decides what is built: what is wanted, how, in which versions, and the programs that are there as source. */
export function sourcesOf({ directory, flags, tools }: GoModule): string {
  const wanted = JSON.stringify({ flags, tools });
  if (tools.every(isVersioned)) return wanted;
  const files = [
    'go.mod',
    'go.sum',
    ...globSync('**/*.go', { cwd: directory, exclude: isModule }).toSorted(),
  ];
  return [wanted, ...files.map((file) => readFileSync(join(directory, file), 'utf8'))].join('\n');

  function isModule(path: string): boolean {
    return existsSync(join(directory, path, 'go.mod'));
  }
}

/** containerd's snapshotters that need C libraries, or file systems that no test has. */
const tags = 'no_btrfs,no_devmapper,no_zfs';

/** Its programs do not know their own version unless they are told. They are large: what debuggers read is left out. */
function kubernetes(directory: string): GoModule {
  const [, version = ''] =
    /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(readFileSync(join(directory, 'go.mod'), 'utf8')) ?? [];
  const flags = ['-ldflags', `-s -w -X k8s.io/component-base/version.gitVersion=${version}`];
  return { name: 'kubernetes', directory, flags, tools: toolsOf('kubernetes') };
}

/** The conformance program's source is used where a checkout of it lies beside ours. */
function conformance(here: string): GoModule {
  const source = join(here, '../../../shared/conformance');
  const [directory, path] = existsSync(source) ? [source, '.'] : [here, inventory.conformance.go];
  return { name: 'conformance', directory, flags: [], tools: [{ tool: 'conformance', path }] };
}

/** Of a go.mod of its own: with others it would change what they are built with. */
function helm(here: string): GoModule {
  return {
    name: 'helm',
    directory: here,
    flags: ['-ldflags', '-s -w'],
    tools: [{ tool: 'helm', path: inventory.helm.go }],
  };
}

function toolsOf(module: 'kubernetes' | undefined): { tool: string; path: string }[] {
  return Object.entries<Origin>(inventory).flatMap(([tool, origin]) =>
    'go' in origin && origin.module === module && !isVersioned({ path: origin.go })
      ? [{ tool, path: origin.go }]
      : [],
  );
}

function isVersioned({ path }: { path: string }): boolean {
  return path.includes('@');
}
