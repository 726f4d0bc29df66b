/** What breaks over a real Debian from which something was taken. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { remoteOperator } from '../../src/cli/remote.ts';
import { indexLibraries } from '../../src/rootfs/library-index.ts';
import { lackOf } from '../../src/rootfs/lack.ts';
import { diffContents } from '../../src/rootfs/diff.ts';
import { LocalImpact } from '../../src/operator/local-impact.ts';
import type { DropletImpact, Operator } from '../../src/operator/operator.ts';
import { debianRootfs } from '../helpers/debian-rootfs.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { hash } from '../helpers/tiny.ts';
import { toolPath } from '../helpers/tools.ts';
import { putDroplet, stack, startFacade } from '../protocol/facade.ts';

const withDebian = testWith('mmdebstrap', 'tar', 'root');

/** Debian's own program, which needs libssl.so.3, libcrypto.so.3 and libc.so.6 with versions of each. */
const program = 'usr/bin/openssl';

withDebian('a library or a symbol version that is taken from Debian is named', async (t) => {
  t.timeout(300_000);
  const folder = await tempDir(t);
  const { url, facade } = await startFacade(t);
  const operator = remoteOperator({ url: new URL(url), user: 'admin', password: undefined });
  const tree = join(folder, 'tree');
  const libraries = await unpackLibraries(await debianRootfs(), tree);
  const droplet = await dropletWith(join(tree, program), join(folder, 'home'));
  await putDroplet(facade.operatorFor('test'), 'tls-app', droplet);

  const importTree = async (version: string): Promise<void> => {
    const path = join(folder, `${version}.tar`);
    await run(toolPath('tar'), ['-cf', path, '-C', tree, '.']);
    await operator.rootfs.import(stack, version, path, {});
  };
  await importTree('whole');
  const crypto = join(tree, libraries.crypto);
  const bytes = await readFile(crypto);
  await writeFile(crypto, withoutVersion(bytes));
  await importTree('other');
  await writeFile(crypto, bytes);
  await rm(join(tree, libraries.ssl));
  await importTree('without');

  const told = async (version: string, from?: string): Promise<DropletImpact[]> =>
    Array.fromAsync(
      operator.impact.droplets(stack, version, [{ guid: 'tls-app', hash: droplet.sha1 }], from),
    );
  const broken = { class: 64, files: ['app/bin/openssl'], count: 1 };
  const intact = { state: 'converted', breaks: [], already: [], unknown: 0 };
  t.like(await told('whole'), [intact]);
  t.like(await told('without', 'whole'), [
    { breaks: [{ ...broken, library: 'libssl.so.3', versions: [] }], already: [] },
  ]);
  t.like(await told('other', 'whole'), [
    { breaks: [{ ...broken, library: 'libcrypto.so.3', versions: ['OPENSSL_3.0.0'] }], already: [] },
  ]);
  t.like(await told('without', 'without'), [{ breaks: [], already: [{ library: 'libssl.so.3' }] }]);

  await diffNamesThem(operator);
  await readOnce();

  async function diffNamesThem({ rootfs }: Operator): Promise<void> {
    const contents = await rootfs.contents(stack, 'whole');
    const gone = diffContents(contents, await rootfs.contents(stack, 'without'));
    t.like(gone.libraries, [{ change: 'removed', library: 'libssl.so.3' }]);
    t.deepEqual(gone.packages, []);
    t.like(gone.files, [{ path: libraries.ssl, changes: ['removed'] }]);
    const lost = diffContents(contents, await rootfs.contents(stack, 'other'));
    t.like(lost.libraries, [
      { change: 'lost versions', library: 'libcrypto.so.3', versions: ['OPENSSL_3.0.0'] },
    ]);
    const index = indexLibraries(contents);
    const loader = contents.libraries.find(({ soname }) => soname?.startsWith('ld-linux') === true);
    t.truthy(loader, 'the loader is a library as others are');
    const wants = { class: 64, machine: loader?.machine ?? '', versions: loader?.versions ?? [] } as const;
    t.is(lackOf(index, { ...wants, library: loader?.soname ?? '' }), undefined);
  }

  /** Many ask at once, and again and again: the contents are some megabytes. */
  async function readOnce(): Promise<void> {
    const opened: string[] = [];
    const own = {
      stat: facade.own.stat.bind(facade.own),
      list: facade.own.list.bind(facade.own),
      folders: facade.own.folders.bind(facade.own),
      open: async (key: string) => {
        opened.push(key);
        return facade.own.open(key);
      },
    };
    const { sources, conversions, tags } = facade;
    const impact = new LocalImpact({ own, sources, conversions, facts: tags.facts });
    const ask = () =>
      Array.fromAsync(impact.droplets(stack, 'without', [{ guid: 'tls-app', hash: droplet.sha1 }], 'whole'));
    await Promise.all(Array.from({ length: 5 }, ask));
    t.like(await ask(), [{ breaks: [{ library: 'libssl.so.3' }] }]);
    t.is(opened.filter((key) => key.startsWith('v1/rootfs-contents/')).length, 2);
  }
});

/** The program, all libraries of a rootfs and its package database, and where two of the libraries lie. */
async function unpackLibraries(tar: string, tree: string): Promise<{ ssl: string; crypto: string }> {
  await mkdir(tree);
  const { stdout } = await run(toolPath('tar'), ['-tf', tar]);
  const names = stdout.split('\n').filter((name) => wanted.test(name));
  const list = `${names.join('\n')}\n`;
  await run(toolPath('tar'), ['-xf', tar, '-C', tree, '--no-recursion', '-T', '-'], { input: list });
  const pathOf = (name: string): string => {
    const found = names.find((path) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`${tar} has no ${name}`);
    return found.replace(/^\.\//, '');
  };
  return { ssl: pathOf('libssl.so.3'), crypto: pathOf('libcrypto.so.3') };
}

/** Libraries, the symlinks at the top that lead to them, and what is said of packages. */
const wanted =
  /^\.\/(?:usr\/lib\/[^/]+-linux-gnu[^/]*\/[^/]+\.so[^/]*|lib[^/]*|usr\/bin\/openssl|var\/lib\/dpkg\/status)$/;

/** The name of a symbol version becomes another: the loader reads names, and we do. */
function withoutVersion(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const name = Buffer.from('\0OPENSSL_3.0.0\0');
  for (let at = changed.indexOf(name); at >= 0; at = changed.indexOf(name, at + 1))
    changed.write('X', at + 1);
  return changed;
}

async function dropletWith(binary: string, home: string) {
  await mkdir(join(home, 'app/bin'), { recursive: true });
  await copyFile(binary, join(home, 'app/bin/openssl'));
  await writeFile(join(home, 'staging_info.yml'), '{"start_command":"bin/openssl version"}\n');
  const path = join(dirname(home), 'droplet.tgz');
  await run(toolPath('tar'), ['-czf', path, '-C', home, '.']);
  const bytes = await readFile(path);
  return { bytes, sha1: hash('sha1', bytes), sha256: hash('sha256', bytes) };
}
