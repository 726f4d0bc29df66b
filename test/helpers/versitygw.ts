import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { s3Location, type S3Location } from '../../src/store/s3/location.ts';
import { freePort } from './free-port.ts';
import type { Owner } from './owner.ts';
import { start } from './start.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

const region = 'eu-test-1';
const accessKey = 'test-access';
const secretKey = 'test-secret-that-nobody-may-see';

/** Credentials as the environment has them. */
export const s3Environment = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };

/** An S3 store of Versity's gateway over a directory. */
export type Versitygw = {
  endpoint: string;
  port: number;
  /** Makes a bucket. @returns where it is, with credentials in files */
  bucket: (more?: Partial<S3Location>) => Promise<S3Location>;
  /** Where the objects of a bucket lie, each a file named by its key. */
  folder: (bucket: string) => string;
  /** How many uploads in parts were begun in a bucket and neither ended nor aborted. */
  openUploads: (bucket: string) => Promise<number>;
  /** Goes away, as by a kill -9. */
  leave: () => Promise<void>;
  /** Comes back at the same port, with what it had. */
  comeBack: () => Promise<void>;
  /** SIGSTOP: its system takes connections, and it says nothing; SIGCONT: it goes on. */
  signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
};

/** Starts an S3 server at an address of this machine; without one, on the loopback. */
export async function startVersitygw(
  owner: Owner,
  { tls, host = '127.0.0.1' }: { tls?: { cert: string; key: string }; host?: string } = {},
): Promise<Versitygw> {
  const home = await tempDir(owner);
  const root = join(home, 'buckets');
  await mkdir(root);
  const credentials = {
    accessKeyIdFile: join(home, 'access-key-id'),
    secretAccessKeyFile: join(home, 'secret-access-key'),
  };
  await writeFile(credentials.accessKeyIdFile, `${accessKey}\n`);
  await writeFile(credentials.secretAccessKeyFile, `${secretKey}\n`);
  const port = await freePort();
  const scheme = tls === undefined ? 'http' : 'https';
  const endpoint = `${scheme}://${host}:${port}`;
  const certificate = tls === undefined ? [] : ['--cert', tls.cert, '--key', tls.key];
  const common = ['--port', `${host}:${port}`, '--region', region, '--quiet', '--keep-alive'];
  const env = { ...process.env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey };
  const launch = () =>
    start(owner, toolPath('versitygw'), [...common, ...certificate, 'posix', root], { env });
  let running = launch();
  await answers(host, port);

  let made = 0;
  return {
    endpoint,
    port,
    bucket: async (more = {}) => {
      const bucket = `bucket-${++made}`;
      await mkdir(join(root, bucket));
      return s3Location.parse({ bucket, region, endpoint, pathStyle: true, ...credentials, ...more });
    },
    folder: (bucket) => join(root, bucket),
    openUploads: async (bucket) => {
      const folder = join(root, bucket, '.sgwtmp', 'multipart');
      const objects = await readdir(folder).catch(() => []);
      const uploads = await Promise.all(objects.map((name) => readdir(join(folder, name)).catch(() => [])));
      return uploads.flat().length;
    },
    leave: async () => {
      running.kill('SIGKILL');
      await running.ended;
    },
    comeBack: async () => {
      running = launch();
      await answers(host, port);
    },
    signal: (signal) => {
      running.kill(signal);
    },
  };
}

async function answers(host: string, port: number): Promise<void> {
  for (const until = Date.now() + 60_000; ; await sleep(20)) {
    const socket = connect(port, host);
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    if (Date.now() > until) throw new Error(`versitygw does not listen at ${host}:${port}`);
  }
}
