import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../errors.ts';
import { machineTree } from './machine-tree.ts';
import { packageStatus } from './package-status.ts';
import { writeTarFile, type TarEntry } from './tar-file.ts';

/**
 * Writes a plain tar of a small root filesystem, made of this machine's own shell, everyday programs and libraries:
 * enough to run the sample droplet and to look around in it. Needs no root rights. The same machine gives the same bytes.
 * @throws Failure `unavailable` where this machine has no bash, no ldd, or lacks a library
 */
export async function sampleRootfs(target: string): Promise<void> {
  if (!existsSync('/bin/bash')) throw impossible('this machine has no /bin/bash');
  const found = programs.flatMap((name) => existing([`/bin/${name}`, `/usr/bin/${name}`]).slice(0, 1));
  const libraries = await librariesOf([...found, process.execPath]);
  const tree = await machineTree([...existing(wellKnown), ...found, ...libraries, ...nameLookup(libraries)]);
  const files = [...tree.values()].flatMap((entry) => ('source' in entry ? [entry.source] : []));
  const status = await packageStatus(files);
  for (const entry of [...ownEntries, ...packageList(status)]) tree.set(entry.name.replace(/\/$/, ''), entry);
  const sorted = [...tree].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await writeTarFile(
    target,
    sorted.map(([, entry]) => entry),
  );
}

const programs = (
  'awk basename bash cat chmod chown cp cut date df dirname du echo env expr false find grep gzip head hostname id kill ' +
  'ln ls md5sum mkdir mktemp mv nproc od printenv printf ps pwd readlink realpath rm rmdir sed seq sh sha256sum sleep ' +
  'sort stat tail tar tee test touch tr true uname uniq wc which whoami xargs'
).split(' ');

/** Where distributions have merged these into /usr they are symlinks, by which programs and scripts find their parts. */
const wellKnown = (
  '/bin /sbin /lib /lib32 /lib64 /libx32 /etc/os-release /etc/debian_version ' +
  '/etc/ssl/certs/ca-certificates.crt'
).split(' ');

function existing(paths: readonly string[]): string[] {
  return paths.filter((path) => existsSync(path));
}

/** Every library that the dynamic loader would load for `binaries`, and the loader itself. */
async function librariesOf(binaries: readonly string[]): Promise<string[]> {
  const output = await ldd(binaries);
  const missing = /^\s+(\S+) => not found/m.exec(output)?.[1];
  if (missing !== undefined) throw impossible(`this machine lacks the library ${missing}`);
  const paths = output.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm);
  return [...new Set([...paths].map(([, path = '']) => path))];
}

/** ldd ends with 1 when one of its files is a script or static, and has still printed the others. */
function ldd(binaries: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile('ldd', binaries, { env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) => {
    if (error === null || error.code === 1) resolve(stdout);
    else reject(impossible('this machine has no ldd that works', error));
  });
  return promise;
}

/** What glibc loads by itself to look up users and hosts; newer ones have it built in. */
function nameLookup(libraries: readonly string[]): string[] {
  const libc = libraries.find((path) => path.endsWith('/libc.so.6'));
  if (libc === undefined) return [];
  return existing(
    ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'].map((name) => join(dirname(libc), name)),
  );
}

function packageList(status: string): TarEntry[] {
  if (status === '') return [];
  return [
    directory('var/lib/'),
    directory('var/lib/dpkg/'),
    { name: 'var/lib/dpkg/status', mode: 0o644, owner: 0, type: 'file', text: status },
  ];
}

const ownEntries: TarEntry[] = [
  ...['dev/', 'etc/', 'home/', 'proc/', 'root/', 'run/', 'sys/', 'usr/', 'var/'].map(directory),
  { ...directory('tmp/'), mode: 0o1777 },
  { ...directory('home/vcap/'), owner: 2000 },
  { name: 'app', mode: 0o777, owner: 0, type: 'symlink', linkname: '/home/vcap/app' },
  textFile('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nvcap:x:2000:2000:vcap:/home/vcap:/bin/bash\n'),
  textFile('etc/group', 'root:x:0:\ntty:x:5:\nvcap:x:2000:\n'),
  textFile('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
];

function directory(name: string): TarEntry {
  return { name, mode: 0o755, owner: 0, type: 'directory' };
}

function textFile(name: string, text: string): TarEntry {
  return { name, mode: 0o644, owner: 0, type: 'file', text };
}

function impossible(why: string, cause?: unknown): Failure {
  const instead = 'import a rootfs of your own with "dropstack rootfs import"';
  return new Failure('unavailable', `Cannot make the sample rootfs: ${why}; ${instead}`, { cause });
}
