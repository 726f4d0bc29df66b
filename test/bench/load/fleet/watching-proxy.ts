import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { atEnd, type Owner } from '../../../helpers/owner.ts';

/** A request and its answer's status; 0 where there was none. `connection` counts from 1 for each watch. */
export type Seen = {
  method: string;
  path: string;
  status: number;
  connection: number;
  hasCredentials: boolean;
  accept: string;
  encodings: string;
  range: string;
};

/** Instead of forwarding: a status, no answer but an orderly close, or an answer that is cut after so many bytes. */
export type Trouble = { status: number } | 'close' | { cut: 'close' | 'reset'; after: number };

export type WatchingProxy = {
  /** `host:port` */
  host: string;
  /** What comes while `work` runs, in order of the requests; `trouble` sees how many came before. */
  watch: (
    work: () => Promise<unknown>,
    trouble?: (seen: Seen, nth: number) => Trouble | undefined,
  ) => Promise<Seen[]>;
};

/** Passes requests on to a server on the loopback, and remembers who sent what over which connection. */
export async function watchingProxy(owner: Owner, target: string): Promise<WatchingProxy> {
  let seen: Seen[] = [];
  let sockets: Socket[] = [];
  let troubleOf: Parameters<WatchingProxy['watch']>[1];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => {
    const { socket } = incoming;
    if (!sockets.includes(socket)) sockets.push(socket);
    const one = describe(incoming, sockets.indexOf(socket) + 1);
    const trouble = troubleOf?.(one, seen.length);
    seen.push(one);
    serve({ incoming, response, agent, target }, one, trouble);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    watch: async (work, trouble) => {
      [seen, sockets, troubleOf] = [[], [], trouble];
      await work();
      return seen;
    },
  };
}

function describe({ method = '', url: path = '', headers }: IncomingMessage, connection: number): Seen {
  return {
    method,
    path,
    status: 0,
    connection,
    hasCredentials: headers.authorization !== undefined,
    accept: headers.accept ?? '',
    encodings: [headers['accept-encoding'] ?? ''].join(),
    range: (headers.range ?? '').replace(/\d+/, 'N'),
  };
}

type Passing = { incoming: IncomingMessage; response: ServerResponse; agent: Agent; target: string };

function serve(
  { incoming, response, agent, target }: Passing,
  seen: Seen,
  trouble: Trouble | undefined,
): void {
  if (trouble === 'close') {
    incoming.socket.end();
    return;
  }
  if (trouble !== undefined && 'status' in trouble) {
    seen.status = trouble.status;
    response.writeHead(trouble.status, { 'Content-Length': 2 }).end('{}');
    return;
  }
  const { method, url, headers } = incoming;
  const [host, port] = target.split(':');
  const forward = request({ agent, host, port, method, path: url, headers });
  forward.on('response', (answer) => {
    seen.status = answer.statusCode ?? 0;
    response.writeHead(seen.status, answer.rawHeaders);
    if (trouble === undefined) answer.pipe(response);
    else cut(answer, response, trouble);
  });
  forward.on('error', () => response.destroy());
  forward.end();
}

/** Lets so much pass, and ends the connection when that has gone. */
function cut(
  answer: IncomingMessage,
  response: ServerResponse,
  { cut: how, after }: { cut: 'close' | 'reset'; after: number },
): void {
  let left = after;
  response.flushHeaders();
  answer.on('data', (chunk: Buffer) => {
    if (left >= 0) response.write(chunk.subarray(0, left));
    left -= chunk.length;
  });
  answer.on('end', () => {
    const { socket } = response;
    if (how === 'close') socket?.end();
    // What was sent must have arrived, or the reset overtakes it.
    else setTimeout(() => socket?.resetAndDestroy(), 300);
  });
}
