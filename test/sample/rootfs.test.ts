import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { extract, type Header } from 'tar-stream';
import { sampleRootfs } from '../../src/sample/rootfs.ts';
import { container, rootTest } from '../layer/launcher/container.ts';

test('the same machine gives the same bytes', async (t) => {
  const directory = await temporary(t);
  const [one, two] = [join(directory, 'one.tar'), join(directory, 'two.tar')];
  await sampleRootfs(one);
  await sampleRootfs(two);
  t.true((await readFile(one)).equals(await readFile(two)));
  t.deepEqual(await readdir(directory), ['one.tar', 'two.tar']);
});

test('every entry comes once, below a directory that came before it, and has no time of its own', async (t) => {
  const seen = new Map<string, Header>();
  for (const { header } of await entries(t)) {
    const name = header.name.replace(/\/$/, '');
    t.false(seen.has(name), name);
    t.false(name.startsWith('/') || name.startsWith('.'), name);
    t.is(header.mtime.getTime(), 0);
    if (name.includes('/')) t.is(seen.get(dirname(name))?.type, 'directory', name);
    seen.set(name, header);
  }
});

test('it has the places and users that an image needs', async (t) => {
  const found = new Map((await entries(t)).map((entry) => [entry.header.name, entry]));
  const owner = (name: string) => {
    const { mode, uid, gid } = found.get(name)?.header ?? {};
    return { mode, uid, gid };
  };
  t.deepEqual(owner('home/vcap/'), { mode: 0o755, uid: 2000, gid: 2000 });
  t.deepEqual(owner('tmp/'), { mode: 0o1777, uid: 0, gid: 0 });
  t.is(found.get('app')?.header.linkname, '/home/vcap/app');
  t.regex(found.get('etc/passwd')?.content ?? '', /^vcap:x:2000:2000:/m);
  t.regex(found.get('etc/group')?.content ?? '', /^vcap:x:2000:$/m);
  t.true(found.has('etc/os-release'));
});

test('its package list names the packages that its files come from, and no others', async (t) => {
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => undefined);
  const found = (await entries(t)).find(({ header }) => header.name === 'var/lib/dpkg/status');
  if (status === undefined) {
    t.is(found, undefined, 'a machine without dpkg has no package list to copy');
    return;
  }
  const matches = (found?.content ?? '').matchAll(/^Package: (.*)$/gm);
  const names = new Set([...matches].map(([, name]) => name));
  for (const name of ['bash', 'coreutils', 'libc6', 'libstdc++6']) t.true(names.has(name), name);
  for (const name of ['apt', 'dpkg', 'perl-base']) t.false(names.has(name), name);
  for (const stanza of (found?.content ?? '').trimEnd().split('\n\n')) t.true(status.includes(`${stanza}\n`));
});

test('where the target cannot be written nothing is left, and the error says why', async (t) => {
  const directory = await temporary(t);
  await t.throwsAsync(sampleRootfs(join(directory, 'missing/rootfs.tar')), { code: 'ENOENT' });
  t.deepEqual(await readdir(directory), []);
});

rootTest('its programs run: every library is there and is found', async (t) => {
  const box = await container(t);
  const script = `
    for program in /bin/* /usr/bin/*; do
      "$program" --help </dev/null >/dev/null 2>/tmp/error
      grep -E 'shared librar|No such file' /tmp/error
    done
    ls -ld /app; id -un; sh -c 'echo sh' | cat; grep -c . /etc/os-release >/dev/null && echo named`;
  const { stdout } = await box.run(['/bin/bash', '-c', script]);
  t.regex(stdout, /^l.* \/app -> \/home\/vcap\/app\nvcap\nsh\nnamed\n$/);
});

async function entries(t: ExecutionContext): Promise<{ header: Header; content: string }[]> {
  const tar = join(await temporary(t), 'rootfs.tar');
  await sampleRootfs(tar);
  const found = [];
  for await (const entry of createReadStream(tar).pipe(extract())) {
    found.push({ header: entry.header, content: await text(entry) });
  }
  return found;
}

async function temporary(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sample-rootfs-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
