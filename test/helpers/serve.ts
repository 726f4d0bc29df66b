import { hash as bcrypt } from '@node-rs/bcrypt';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, type Owner } from './owner.ts';
import { run, type Output } from './run.ts';
import { start, type Running } from './start.ts';
import { tempDir } from './temp.ts';

/** The program as it is installed. */
export const dropstack = join(import.meta.dirname, '../../src/dropstack.js');

/** `name:password`: one who may do everything, and one who may only pull, as nodes do. */
const admin = 'admin:a word to the wise';
const kubelet = 'kubelet:let me pull';

type Options = {
  /** PEM files */
  tls?: { ca: string; cert: string; key: string };
  /** Its directory, which it may share with others; without it, one of its own. */
  data?: string;
  /** More of the configuration file. */
  config?: Record<string, unknown>;
  /** Changes of our environment. */
  env?: NodeJS.ProcessEnv;
  /** bcrypt's cost of each password; 4 without it, the least, which costs tests no time */
  bcryptCost?: number;
  /** So many characters of its log are kept, the last ones; all without it. */
  keepLog?: number;
};

/** A request as the server logged it. `bytes` counts the head of the answer too. */
export type LoggedRequest = {
  method: string;
  path: string;
  status: number;
  bytes: number;
  /** what the client asked for */
  range?: string;
  /** the connection broke before the answer had gone */
  cut?: true;
};

export type Served = {
  /** `host:port` */
  host: string;
  pid: number;
  /** Sends it a signal. */
  kill: Running['kill'];
  ended: Running['ended'];
  /** All that it logged so far. */
  log: Running['log'];
  data: string;
  /** Who pulls: credentials, and whom to trust where it is TLS. */
  puller: { host: string; user: string; ca?: string };
  /** `name:password` of who may do everything */
  admin: string;
  /** All requests that were answered so far. Over plain HTTP alone. */
  requests: () => Promise<LoggedRequest[]>;
  /** Runs a command of the CLI against the server, as its administrator. */
  cli: (...args: string[]) => Promise<Output>;
  /** The same, with `-o json` and its answer. */
  ask: <T>(...args: string[]) => Promise<T>;
};

/** Starts `dropstack serve` with users, as a process of its own over a directory of its own. */
export async function startServe(owner: Owner, options: Options = {}): Promise<Served> {
  const home = await tempDir(owner);
  const { tls, data = join(home, 'data'), config = {}, env: changes = {}, bcryptCost = 4 } = options;
  const users = await Promise.all([admin, kubelet].map((user) => htpasswdLine(user, bcryptCost)));
  await writeFile(join(home, 'users'), users.join(''));
  const certificate = tls === undefined ? {} : { tlsCert: tls.cert, tlsKey: tls.key };
  const own = { listen: '127.0.0.1:0', data, users: join(home, 'users') };
  // JSON is YAML.
  await writeFile(join(home, 'config.yml'), JSON.stringify({ ...own, ...certificate, ...config }));
  const server = start(owner, process.execPath, [dropstack, 'serve', '--config', join(home, 'config.yml')], {
    env: { ...process.env, ...changes },
    ...(options.keepLog === undefined ? {} : { keep: options.keepLog }),
  });
  // SIGINT ends it without the time that a load balancer would want.
  atEnd(owner, () => Promise.resolve(server.kill('SIGINT')));
  const [, url = ''] = await server.logged(/"url":"([^"]+)","msg":"serving"/);

  const { host } = new URL(url);
  const trust = tls === undefined ? {} : { ca: tls.ca };
  const env = { ...process.env, DROPSTACK_SERVER: url, DROPSTACK_PASSWORD: admin.replace('admin:', '') };
  const cli = (...args: string[]) =>
    run(process.execPath, [dropstack, ...args, ...(tls === undefined ? [] : ['--ca', tls.ca])], { env });
  return {
    host,
    pid: server.pid,
    kill: server.kill,
    ended: server.ended,
    log: server.log,
    data,
    puller: { host, user: kubelet, ...trust },
    admin,
    requests: () => requests(server, url),
    cli,
    ask: async <T>(...args: string[]) => JSON.parse((await cli(...args, '-o', 'json')).stdout) as T,
  };
}

async function htpasswdLine(user: string, cost: number): Promise<string> {
  const [name = '', password = ''] = user.split(':');
  return `${name}:${await bcrypt(password, { cost })}\n`;
}

/** Requests are logged when their answers have gone, so what a client has got is logged before a later request is. */
async function requests(server: Running, url: string): Promise<LoggedRequest[]> {
  const mark = `/mark-${crypto.randomUUID()}`;
  await (await fetch(url + mark)).text();
  await server.logged(new RegExp(mark));
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes('"method":') && !line.includes('/mark-'))
    .map((line) => JSON.parse(line) as LoggedRequest);
}
