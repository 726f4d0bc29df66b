import { readFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, get as secureGet } from 'node:https';
import { text } from 'node:stream/consumers';
import { childrenOf, openFiles } from '../crash/processes.ts';
import { basic } from '../helpers/basic.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import type { Served } from '../helpers/serve.ts';

type Answered = { status: number; body: string };

/** One connection that is kept, and the process at its other end. */
export type Connection = {
  worker: number;
  get: (path: string) => Promise<Answered>;
  /** The answer's body has yet to be read. */
  open: (path: string) => Promise<IncomingMessage>;
};

/** The processes of a server that answer. */
export async function workersOf({ pid }: Pick<Served, 'pid'>): Promise<number[]> {
  const children = await childrenOf(pid);
  const commands = await Promise.all(
    children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')),
  );
  return children.filter((_, at) => commands[at]?.includes('processes/worker'));
}

/**
 * Opens connections until each process has one at least.
 * @param ca PEM, where it is TLS
 * @throws Error when a process gets none of two hundred
 */
export async function connectToEach(owner: Owner, served: Served, ca?: string): Promise<Connection[]> {
  const workers = await workersOf(served);
  const connections: Connection[] = [];
  while (!workers.every((worker) => connections.some((connection) => connection.worker === worker))) {
    if (connections.length >= 200) throw new Error(`Only some of ${workers.join(', ')} get connections`);
    connections.push(await connect(owner, served, ca));
  }
  return connections;
}

/** @throws Error from `get` and `open` once the connection is lost, rather than use another one */
async function connect(owner: Owner, served: Served, ca?: string): Promise<Connection> {
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = ca === undefined ? new Agent(options) : new SecureAgent({ ...options, ca });
  atEnd(owner, () => Promise.resolve(agent.destroy()));
  let first = true;
  const open = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: basic(served.admin) };
      const [scheme, send] = ca === undefined ? ['http', get] : ['https', secureGet];
      const request = send(`${scheme}://${served.host}${path}`, { agent, headers }, (response) => {
        if (first || request.reusedSocket) resolve(response);
        else reject(new Error('The connection was lost'));
        first = false;
      });
      request.on('error', reject);
    });
  const ask = async (path: string): Promise<Answered> => {
    const response = await open(path);
    return { status: response.statusCode ?? 0, body: await text(response) };
  };
  const greeting = await open('/livez');
  const { localPort = 0 } = greeting.socket;
  await text(greeting);
  return { worker: await workerOf(served, localPort), get: ask, open };
}

/** proc_net_tcp(5): addresses are in hex; the inode is the tenth field. */
async function workerOf(served: Served, clientPort: number): Promise<number> {
  const [near, far] = [hex(Number(served.host.split(':').at(-1))), hex(clientPort)];
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/));
  const row = rows.find(([, local, remote]) => local?.endsWith(`:${near}`) && remote?.endsWith(`:${far}`));
  for (const worker of await workersOf(served)) {
    if ((await openFiles(worker)).includes(`socket:[${row?.[9]}]`)) return worker;
  }
  throw new Error(`Nobody has the connection from port ${clientPort}`);
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
