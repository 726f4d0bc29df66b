import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { atEnd, type Owner } from '../owner.ts';
import type { ControlPlane } from './control-plane.ts';

export type PressedProxy = {
  /** plain HTTP on the loopback */
  url: string;
  /** How many requests there were, and how many of them were sent away. */
  counts: () => { all: number; refused: number };
};

/**
 * An API server that has too much to do: of the requests to it, those for which `isTooMuch` says so are answered 429, as
 * priority and fairness do, and all others pass.
 */
export async function pressedProxy(
  owner: Owner,
  { url, ca }: Pick<ControlPlane, 'url' | 'ca'>,
  isTooMuch: () => boolean,
): Promise<PressedProxy> {
  const agent = new Agent({ ca: readFileSync(ca), keepAlive: true });
  const counts = { all: 0, refused: 0 };
  const server = createServer((incoming, response) => {
    counts.all++;
    if (isTooMuch()) {
      counts.refused++;
      incoming.resume();
      refuse(response);
    } else forward(incoming, response, url, agent).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, counts: () => ({ ...counts }) };
}

function refuse(response: ServerResponse): void {
  const body = {
    kind: 'Status',
    status: 'Failure',
    reason: 'TooManyRequests',
    code: 429,
    message: 'too many requests, please try again later',
    details: { retryAfterSeconds: 1 },
  };
  response
    .writeHead(429, { 'Content-Type': 'application/json', 'Retry-After': '1' })
    .end(JSON.stringify(body));
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  url: string,
  agent: Agent,
): Promise<void> {
  const { method, url: path = '', rawHeaders } = incoming;
  const outgoing = request(url + path, { method, headers: rawHeaders, agent });
  response.once('close', () => outgoing.destroy());
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  await pipeline(incoming, outgoing);
  const [answer] = await answered;
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  response.flushHeaders();
  await pipeline(answer, response);
}
