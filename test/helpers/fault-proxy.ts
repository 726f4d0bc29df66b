import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { atEnd, type Owner } from './owner.ts';

/** What becomes of one request. `after` and `at` count bytes of the answer's body; where it is shorter, nothing happens. */
export type Fault =
  /** is forwarded so many milliseconds late */
  | { kind: 'delay'; milliseconds: number }
  /** the connection is reset: of what was sent before, some may be lost with it */
  | { kind: 'reset'; after: Bytes }
  /** the connection is closed in order, short of the length that was said */
  | { kind: 'truncate'; after: Bytes }
  /** nothing more comes, and the connection stays */
  | { kind: 'stall'; after: Bytes }
  /** one byte is another */
  | { kind: 'corrupt'; at: Bytes }
  /** is answered and not forwarded; `SlowDown` as S3 says it */
  | { kind: 'answer'; status: number; code?: 'SlowDown' | 'InternalError' }
  /** is forwarded and carried out, and the connection is reset when the answer comes */
  | { kind: 'lose' };

/** `anywhere` is by chance. */
type Bytes = number | 'anywhere';

/** Which requests a rule is for; all where nothing is said. */
export type Match = { method?: string; path?: RegExp; ranged?: boolean };

export type FaultProxy = {
  /** Its own `host:port`. */
  host: string;
  /** The next `n` requests that match have this fault. Rules are asked in the order in which they were made. */
  next: (n: number, fault: Fault, match?: Match) => void;
  /** A share of `rate` of the requests that match has one of these. */
  random: (rate: number, faults: readonly Fault[], match?: Match) => void;
  /** Forgets all rules. */
  calm: () => void;
  /** Goes away: connections break and new ones are refused. */
  leave: () => Promise<void>;
  /** Comes back at the same port. */
  comeBack: () => Promise<void>;
  /** Requests so far, and of each kind the faults that did happen. */
  counters: Record<Fault['kind'] | 'requests', number>;
  /** Each request so far as `GET /path`, with ` bytes=…` where it had a range. */
  log: string[];
};

/** Three numbers from 0 to 1 for each request: whether it has a fault, which one, and where. */
type Chance = { whether: number; which: number; where: number };

type Rule = (incoming: IncomingMessage, chance: Chance) => Fault | undefined;

/**
 * Stands on the loopback in front of an HTTP server at `port` there, and does to requests what the test says.
 * @param seed of all chance: the same requests in the same order have the same faults
 */
export async function faultProxy(owner: Owner, port: number, seed = 1): Promise<FaultProxy> {
  const counters = { requests: 0, delay: 0, reset: 0, truncate: 0, stall: 0, corrupt: 0, answer: 0, lose: 0 };
  const log: string[] = [];
  let rules: Rule[] = [];
  const agent = new Agent({ keepAlive: true });
  const doors = await openDoors((incoming, response) => {
    const chance = chanceOf(seed, counters.requests++);
    const { method = '', url = '', headers } = incoming;
    log.push([method, url, ...(headers.range === undefined ? [] : [headers.range])].join(' '));
    let fault: Fault | undefined;
    for (const rule of rules) fault ??= rule(incoming, chance);
    const happened = (): void => void (fault === undefined || counters[fault.kind]++);
    serve({ incoming, response, port, agent, fault, where: chance.where, happened }).catch(() =>
      response.destroy(),
    );
  });
  atEnd(owner, async () => {
    agent.destroy();
    await doors.close();
  });
  return {
    host: `127.0.0.1:${doors.port}`,
    next: (n, fault, match = {}) => {
      let left = n;
      rules.push((incoming) => (left > 0 && matches(match, incoming) && left-- > 0 ? fault : undefined));
    },
    random: (rate, faults, match = {}) => {
      rules.push((incoming, { whether, which }) =>
        whether < rate && matches(match, incoming) ? faults[Math.floor(which * faults.length)] : undefined,
      );
    },
    calm: () => void (rules = []),
    leave: () => doors.close(),
    comeBack: () => doors.open(),
    counters,
    log,
  };
}

type Passing = {
  incoming: IncomingMessage;
  response: ServerResponse;
  port: number;
  agent: Agent;
  fault: Fault | undefined;
  where: number;
  happened: () => void;
};

async function serve(passing: Passing): Promise<void> {
  const { incoming, response, fault, happened } = passing;
  if (fault?.kind === 'answer') {
    happened();
    answer(incoming, response, fault);
    return;
  }
  if (fault?.kind === 'delay') {
    happened();
    await delay(fault.milliseconds);
  }
  const answered = await forward(passing);
  if (fault?.kind === 'lose') {
    happened();
    answered.resume();
    await once(answered, 'close');
    response.socket?.resetAndDestroy();
    return;
  }
  // As they came: what was signed stays so, and no header is joined with another.
  response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
  response.flushHeaders();
  const length = Number(answered.headers['content-length'] ?? NaN);
  await pipeline(answered, (body) => hurt(body, length, passing), response);
}

function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, code }: Extract<Fault, { kind: 'answer' }>,
): void {
  incoming.resume();
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>Told so.</Message></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml' }).end(code === undefined ? '' : xml);
}

async function forward({ incoming, response, port, agent }: Passing): Promise<IncomingMessage> {
  const { method, url, rawHeaders } = incoming;
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent });
  response.once('close', () => outgoing.destroy());
  // An answer may come before all is sent.
  pipeline(incoming, outgoing).catch(() => outgoing.destroy());
  const [answered] = (await once(outgoing, 'response')) as [IncomingMessage];
  return answered;
}

async function* hurt(
  body: AsyncIterable<Buffer>,
  length: number,
  { response, fault, where, happened }: Passing,
): AsyncIterable<Buffer> {
  const at = placeOf(fault, Math.floor(where * length));
  if (fault?.kind !== 'corrupt' && at === 0) await stop(response, fault, happened);
  let passed = 0;
  for await (const chunk of body) {
    const offset = at - passed;
    passed += chunk.length;
    if (fault?.kind === 'corrupt') {
      if (offset >= 0 && offset < chunk.length) {
        happened();
        chunk.writeUInt8(chunk.readUInt8(offset) ^ 0xff, offset);
      }
      yield chunk;
    } else if (offset > chunk.length) yield chunk;
    else {
      yield chunk.subarray(0, offset);
      await stop(response, fault, happened);
    }
  }
}

/** Of a fault that has none, beyond every body. */
function placeOf(fault: Fault | undefined, anywhere: number): number {
  const place =
    fault === undefined ? undefined : 'at' in fault ? fault.at : 'after' in fault ? fault.after : undefined;
  return place === 'anywhere' ? anywhere : (place ?? Infinity);
}

/** Lets nothing more pass once what came before is on its way. */
async function stop(
  response: ServerResponse,
  fault: Fault | undefined,
  happened: () => void,
): Promise<never> {
  happened();
  const { socket } = response;
  if (socket !== null && fault?.kind !== 'stall') {
    while (response.writableLength + socket.writableLength > 0 && !socket.destroyed) await delay(1);
    if (fault?.kind === 'truncate') socket.end();
    else socket.resetAndDestroy();
  }
  if (!response.closed) await once(response, 'close');
  throw new Error('The answer was stopped');
}

function matches(
  { method, path, ranged }: Match,
  { method: asked, url = '', headers }: IncomingMessage,
): boolean {
  if (ranged !== undefined && ranged !== (headers.range !== undefined)) return false;
  return (method === undefined || method === asked) && (path === undefined || path.test(url));
}

function chanceOf(seed: number, nth: number): Chance {
  const bits = createHash('sha256').update(`${seed} ${nth}`).digest();
  const [whether = 0, which = 0, where = 0] = [0, 4, 8].map((at) => bits.readUInt32BE(at) / 2 ** 32);
  return { whether, which, where };
}

type Doors = { port: number; open: () => Promise<void>; close: () => Promise<void> };

/** A server that can close and open again. */
async function openDoors(listener: RequestListener): Promise<Doors> {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, listener);
  const open = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await open(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const { port } = address;
  return {
    port,
    open: () => open(port),
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
