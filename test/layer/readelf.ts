import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Elf } from '../../src/layer/elf.ts';

/** What binds a file to others, in a form that readelf's words can be brought into. */
export type Linkage = {
  identity: string;
  soname: string[];
  needed: string[];
  provides: string[];
  /** library and version */
  requires: string[];
};

export function linkageOf(elf: Elf): Linkage {
  return {
    identity: `ELF${elf.class} ${elf.endian} ${elf.type}`,
    soname: elf.soname === undefined ? [] : [elf.soname],
    needed: elf.needed,
    provides: elf.provides,
    requires: elf.requires.flatMap(({ file, versions }) => versions.map((version) => `${file} ${version}`)),
  };
}

/** The words of readelf for the types that are loaded. */
const types: Record<string, string> = { DYN: 'shared', EXEC: 'executable' };

/** What readelf prints of `files`, by file. */
export async function readelf(files: readonly string[]): Promise<Map<string, Linkage>> {
  const child = spawn('readelf', ['--wide', '-h', '-d', '-V', ...files], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = new Map<string, Linkage>();
  let current = emptyLinkage();
  let neededFrom = '';
  for await (const line of createInterface({ input: child.stdout })) {
    // With one file it does not print the name.
    const [, file = found.size === 0 ? files[0] : undefined] = /^File: (.*)$/.exec(line) ?? [];
    if (file !== undefined) found.set(file, (current = emptyLinkage()));
    const [, name = ''] = /^ *Class: +(\S+)$/.exec(line) ?? [];
    current.identity += name;
    const [, order = ''] = /^ *Data: .* (little|big) endian$/.exec(line) ?? [];
    if (order !== '') current.identity += ` ${order}`;
    const [, type = ''] = /^ *Type: +(\w+) /.exec(line) ?? [];
    if (type !== '') current.identity += ` ${types[type] ?? type}`;
    const [, kind, shared = ''] = /\((NEEDED|SONAME)\) .*\[(.*)\]$/.exec(line) ?? [];
    if (kind === 'NEEDED') current.needed.push(shared);
    if (kind === 'SONAME') current.soname.push(shared);
    const [, flags, defined = ''] = /Rev: 1 +Flags: (.*?) +Index: .* Name: (.*)$/.exec(line) ?? [];
    if (flags !== undefined && !flags.includes('BASE')) current.provides.push(defined);
    const [, from] = /Version: 1 +File: (.*?) +Cnt:/.exec(line) ?? [];
    neededFrom = from ?? neededFrom;
    const [, version, strength] = /^ +0x[0-9a-f]+: +Name: (.*?) +Flags: (.*?) +Version: /.exec(line) ?? [];
    if (version !== undefined && strength !== 'WEAK') current.requires.push(`${neededFrom} ${version}`);
  }
  return found;
}

function emptyLinkage(): Linkage {
  return { identity: '', soname: [], needed: [], provides: [], requires: [] };
}
