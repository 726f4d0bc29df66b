/** Files that are no root filesystem, or not the one that was announced: through the CLI, and through the API. */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { mediaType } from '../../src/oci/media-type.ts';
import { rawEntry, rawTar } from '../droplet/raw-tar.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash } from '../helpers/tiny.ts';
import { ask, errorCode } from '../protocol/request.ts';
import { writeLayout } from '../rootfs/layout.ts';
import { stack } from './client.ts';
import { until } from './processes.ts';
import { dropstack, startServer } from './server.ts';
import { checkStore, isAudit } from './store-check.ts';

type Hostile = {
  what: string;
  /** Makes the file below a directory of its own, and answers its path. */
  make: (folder: string) => Promise<string>;
  says: RegExp;
  sha256?: string;
  /** exit code of the CLI, status and error code of the API; 2, 400 and INVALID if nothing else is said */
  exit?: number;
  status?: number;
  code?: string;
};

const good = rawTar({ name: 'etc/', type: '5' }, { name: 'etc/issue', body: 'x'.repeat(5000) });
const file =
  (bytes: Buffer) =>
  async (folder: string): Promise<string> => {
    const path = join(folder, 'rootfs');
    await writeFile(path, bytes);
    return path;
  };

const hostile: Hostile[] = [
  { what: 'a truncated tar', make: file(good.subarray(0, 3000)), says: /it is cut short/ },
  {
    what: 'a truncated gzip',
    make: file(gzipSync(good).subarray(0, -10)),
    says: /it is damaged or cut short/,
  },
  {
    what: 'a wrong SHA-256',
    make: file(good),
    says: /it hashes to \w{64}, not to the announced 0{64}; nothing was stored/,
    sha256: '0'.repeat(64),
    exit: 1,
    code: 'DIGEST_INVALID',
  },
  { what: 'half a SHA-256', make: file(good), says: /no SHA-256: give its 64 hex digits/, sha256: 'abc' },
  {
    what: 'a layout with a blob of other bytes',
    make: brokenLayout,
    says: /layer 1 \S+: it hashes to/,
    exit: 1,
    code: 'DIGEST_INVALID',
  },
  {
    what: 'a docker-archive without layers',
    make: file(
      rawTar(
        { name: 'manifest.json', body: '[{"Config":"config.json","Layers":[]}]' },
        {
          name: 'config.json',
          body: '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}',
        },
      ),
    ),
    says: /its manifest\.json is not the JSON that an image has there/,
  },
  {
    what: 'a docker-archive whose layer is missing',
    make: file(
      rawTar(
        { name: 'manifest.json', body: '[{"Config":"config.json","Layers":["layer.tar"]}]' },
        {
          name: 'config.json',
          body: `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:${'0'.repeat(64)}"]}}`,
        },
      ),
    ),
    says: /it lacks its layer 1 \(layer\.tar\)/,
  },
  {
    what: 'a bomb',
    make: file(bomb()),
    says: /it unpacks to more than 1000 times its own size, which is the limit/,
    exit: 1,
    status: 413,
    code: 'SIZE_INVALID',
  },
  { what: 'a text', make: file(Buffer.from('FROM scratch\n'.repeat(100))), says: /it is no tar/ },
  { what: 'an empty file', make: file(Buffer.alloc(0)), says: /it is no tar/ },
  { what: 'an empty tar', make: file(Buffer.alloc(10_240)), says: /it holds no files/ },
  {
    what: 'a directory that is no layout',
    make: async (folder) => folder,
    says: /a directory must be an OCI image layout: pack a filesystem with tar/,
  },
  { what: 'nothing at all', make: async (folder) => join(folder, 'nothing'), says: /there is no such file/ },
];

for (const { what, make, says, sha256, exit = 2 } of hostile) {
  test.serial(`the CLI refuses ${what} in one line, and stores nothing`, async (t) => {
    const folder = await tempDir(t);
    const data = join(await tempDir(t), 'data');
    const path = await make(folder);
    const options = sha256 === undefined ? [] : ['--sha256', sha256];
    const args = [dropstack, 'rootfs', 'import', stack, '1.0', path, '--data', data, ...options];
    const { code, stdout, stderr } = await run(process.execPath, args, { mayFail: true });
    t.deepEqual([code, stdout], [exit, ''], stderr);
    t.regex(stderr, new RegExp(`^dropstack: [^\\n]*(?:${says.source})[^\\n]*\\n$`));
    await empty(t, data);
  });
}

test('the API refuses them all with a code and the same words, and stores nothing', async (t) => {
  const data = join(await tempDir(t), 'data');
  const { url } = await startServer(t, data);
  for (const { what, make, says, sha256, status = 400, code = 'INVALID' } of hostile) {
    const path = await make(await tempDir(t));
    const body = await bytesOf(path);
    if (body === undefined) continue;
    const query = sha256 === undefined ? '' : `?sha256=${sha256}`;
    const target = `${url}/api/v1/stacks/${stack}/rootfs/1.0${query}`;
    const answer = await ask(target, { method: 'PUT', body });
    t.deepEqual([answer.status, errorCode(answer)], [status, code], `${what}: ${String(answer.body)}`);
    t.regex(String(answer.body), says, what);
    t.false(
      String(answer.body).includes(data),
      `${what}: a path of the server's is no business of the client's`,
    );
    await empty(t, data);
  }
  const { body } = await ask(`${url}/api/v1/rootfs`);
  t.is(String(body), '[]');
});

async function empty(t: ExecutionContext, data: string): Promise<void> {
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
  // Whoever opens a store first writes down what formats are in force.
  const settings = new Set(['v1', 'v1/settings.json']);
  const left = async (): Promise<string[]> =>
    (await readdir(data, { recursive: true })).filter((path) => !settings.has(path) && !isAudit(path));
  await until(`work files go: ${(await left()).join(' ')}`, async () => (await left()).join(' ') === '.tmp');
  t.pass();
}

/** What goes over the wire: a layout as a tar of it, no other directory, and nothing that is not there. */
async function bytesOf(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isFile()) return readFile(path);
  const { bytes } = await run('tar', ['-cf', '-', '-C', path, '.']);
  return (await readdir(path)).includes('oci-layout') ? bytes : undefined;
}

/** An OCI layout whose layer is a good one, but for another under its name. */
async function brokenLayout(folder: string): Promise<string> {
  const root = join(folder, 'layout');
  await mkdir(root);
  const other = rawTar({ name: 'etc/', type: '5' }, { name: 'etc/issue', body: 'y'.repeat(5000) });
  await writeLayout(root, [{ layers: [{ bytes: good, mediaType: mediaType.layer }] }]);
  await writeFile(join(root, 'other'), other);
  await rename(join(root, 'other'), join(root, 'blobs/sha256', hash('sha256', good)));
  return root;
}

/** A tar.gz of a megabyte with a file of more than a gigabyte. */
function bomb(): Buffer {
  const part = Buffer.alloc(16 * 1024 * 1024);
  const parts = Array.from({ length: 65 }, () => part);
  const head = rawEntry({ name: 'etc/zeros', size: parts.length * part.length, body: '' });
  const packed = gzipSync(part, { level: 9 });
  return Buffer.concat([gzipSync(head), ...parts.map(() => packed), gzipSync(Buffer.alloc(1024))]);
}
