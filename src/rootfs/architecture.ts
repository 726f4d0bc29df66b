import { machine } from 'node:os';
import type { Library } from './contents/contents.ts';

/** What `uname -m` prints, and the name that image-spec (config.md, GOARCH) has for it where that is another. */
const names = new Map([
  ['x86_64', 'amd64'],
  ['i386', '386'],
  ['i486', '386'],
  ['i586', '386'],
  ['i686', '386'],
  ['aarch64', 'arm64'],
  ['armv6l', 'arm'],
  ['armv7l', 'arm'],
  ['loongarch64', 'loong64'],
]);

/** The architecture of this machine. */
export function ownArchitecture(): string {
  return architectureName(machine());
}

/** The architecture that most of `libraries` are for; undefined where there are none. */
export function architectureOf(libraries: readonly Library[]): string | undefined {
  const [most] = [...Map.groupBy(libraries, (library) => architectureName(library.machine))].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return most?.[0];
}

function architectureName(machineName: string): string {
  return names.get(machineName) ?? machineName;
}
