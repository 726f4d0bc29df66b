import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const statusFile = '/var/lib/dpkg/status';

/**
 * The part of this machine's dpkg status that speaks of the packages that own `files`, absolute paths; empty where the
 * machine has no dpkg, or none of its packages owns any.
 */
export async function packageStatus(files: readonly string[]): Promise<string> {
  const owners = await ownersOf(files);
  if (owners.size === 0) return '';
  const stanzas = (await readFile(statusFile, 'utf8')).split(/\n\n+/);
  const owning = stanzas.filter((stanza) => {
    const name = field(stanza, 'Package');
    return owners.has(name) || owners.has(`${name}:${field(stanza, 'Architecture')}`);
  });
  return owning.map((stanza) => `${stanza.trimEnd()}\n\n`).join('');
}

/**
 * Names as dpkg prints them: with an architecture only where several may be installed together. A machine may have
 * merged /bin and /lib into /usr while its packages still name the old places, so each file is asked for in both.
 */
async function ownersOf(files: readonly string[]): Promise<Set<string>> {
  const names = files.flatMap((file) =>
    file.startsWith('/usr/') ? [file, file.slice('/usr'.length)] : [file],
  );
  const owners = new Set<string>();
  for (const line of (await search(names)).split('\n')) {
    const [packages = '', path] = line.split(': /');
    if (path === undefined || packages.startsWith('diversion by ')) continue;
    for (const name of packages.split(', ')) owners.add(name);
  }
  return owners;
}

/** dpkg ends with 1 when it does not know one of the files, and has still printed the others. */
function search(names: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 24 };
  execFile('dpkg-query', ['--search', '--', ...names], options, (error, stdout) => {
    if (error === null || error.code === 1) resolve(stdout);
    else if (error.code === 'ENOENT') resolve('');
    else reject(error);
  });
  return promise;
}

function field(stanza: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1] ?? '';
}
