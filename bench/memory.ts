/**
 * Memory of `dropstack serve`, over its whole process tree, while a droplet of a gigabyte is put, converted and pulled.
 * `node bench/main.ts memory [megabytes]`
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { peakDuring, treeMemory, type TreeMemory } from './process-tree.ts';

const main = join(import.meta.dirname, '..', 'src', 'dropstack.js');
const guid = 'memory-bench';

export async function memoryBench(megabytes: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'dropstack-bench-'));
  const data = join(directory, 'data');
  try {
    await importRootfs(directory, data);
    const droplet = join(directory, 'droplet.tgz');
    const hash = await makeDroplet(droplet, megabytes);
    const rows = [
      ...(await serving(data, (server) => putting(server, droplet, hash, megabytes))),
      ...(await serving(data, (server) => pulling(server, hash))),
    ];
    say('| While | PSS | RSS | processes |\n|---|---|---|---|');
    for (const [what, { pss, rss, processes }] of rows) {
      say(`| ${what} | ${mb(pss)} | ${mb(rss)} | ${processes} |`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Server = { child: ReturnType<typeof spawn>; pid: number; url: string };

type Row = [what: string, memory: TreeMemory];

/** Each part has a server of its own, which remembers nothing of the other. */
async function serving(data: string, work: (server: Server) => Promise<Row[]>): Promise<Row[]> {
  const server = await startServer(data);
  try {
    return await work(server);
  } finally {
    server.child.kill('SIGINT');
  }
}

async function putting(
  { pid, url }: Server,
  droplet: string,
  hash: string,
  megabytes: number,
): Promise<Row[]> {
  const idle = await treeMemory(pid);
  const { peak } = await peakDuring(pid, () =>
    send('PUT', `${url}/droplets/${guid}/${hash}?wait=true`, droplet),
  );
  // A converting child with nothing to do ends after a while.
  while ((await treeMemory(pid)).processes > 1) await delay(500);
  return [
    ['idle', idle],
    [`put and convert ${megabytes} MB`, peak],
    ['idle again', await treeMemory(pid)],
  ];
}

async function pulling({ pid, url }: Server, hash: string): Promise<Row[]> {
  const one = await peakDuring(pid, () => pull(url, hash));
  const ten = await peakDuring(pid, () => Promise.all(Array.from({ length: 10 }, () => pull(url, hash))));
  return [
    [`pull ${Math.round(one.result / 1e6)} MB`, one.peak],
    ['ten such pulls at once', ten.peak],
  ];
}

async function pull(url: string, hash: string): Promise<number> {
  const manifest = JSON.parse(await send('GET', `${url}/v2/cloudfoundry/${guid}/manifests/${hash}`)) as {
    layers: { digest: string }[];
  };
  return drain(`${url}/v2/cloudfoundry/${guid}/blobs/${manifest.layers.at(-1)?.digest}`);
}

/** A droplet of one file that does not compress, and its SHA-1. */
async function makeDroplet(path: string, megabytes: number): Promise<string> {
  const tar = pack();
  const size = megabytes * 1_000_000;
  const entry = tar.entry({ name: './app/large.bin', size, mode: 0o644, mtime: new Date(0) }, () =>
    tar.finalize(),
  );
  const noise = randomBytes(1_000_000);
  const filling = pipeline(
    Readable.from(
      (function* () {
        for (let i = 0; i < megabytes; i++) {
          noise.writeUInt32LE(i);
          yield noise;
        }
      })(),
    ),
    entry,
  );
  const hash = createHash('sha1');
  const hashed = async function* (source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await Promise.all([filling, pipeline(tar, createGzip({ level: 1 }), hashed, createWriteStream(path))]);
  return hash.digest('hex');
}

async function importRootfs(directory: string, data: string): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'etc/hostname', mtime: new Date(0) }, 'bench\n');
  tar.finalize();
  const path = join(directory, 'rootfs.tar');
  await pipeline(tar, createWriteStream(path));
  await dropstack('rootfs', 'import', 'cflinuxfs4', '1', path, '--data', data, '--promote');
}

async function dropstack(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`dropstack ${args.join(' ')} ended with ${String(code)}`);
}

async function startServer(data: string): Promise<Server> {
  const args = [main, 'serve', '--data', data, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  for await (const chunk of child.stderr) {
    log += String(chunk);
    const [, url] = /"url":"([^"]+)"/.exec(log) ?? [];
    if (url === undefined) continue;
    child.stderr.resume();
    return { child, pid: child.pid ?? 0, url };
  }
  throw new Error(`The server did not start: ${log}`);
}

async function send(method: string, url: string, file?: string): Promise<string> {
  let text = '';
  await exchange(method, url, file, (chunk) => {
    text += chunk.toString();
  });
  return text;
}

async function drain(url: string): Promise<number> {
  let size = 0;
  await exchange('GET', url, undefined, (chunk) => {
    size += chunk.length;
  });
  return size;
}

async function exchange(
  method: string,
  url: string,
  file: string | undefined,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const sending = request(url, { method, agent: false });
  const answered = new Promise<void>((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', (response) => {
      response.on('data', take);
      response.once('end', () => {
        if (response.statusCode !== undefined && response.statusCode < 300) resolve();
        else reject(new Error(`${method} ${url}: ${response.statusCode}`));
      });
      response.once('error', reject);
    });
  });
  if (file === undefined) sending.end();
  else await pipeline(createReadStream(file), sending);
  await answered;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
