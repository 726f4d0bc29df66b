import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { atEnd, type Owner } from './owner.ts';

/** One request on its way, and what can become of it. */
export type Passing = {
  incoming: IncomingMessage;
  response: ServerResponse;
  /** Lets it through, and the answer back. */
  pass: () => void;
  /** Lets it through, and breaks the connection when the answer comes. */
  loseAnswer: () => void;
};

/**
 * Stands in front of an S3 server, and does with each request what `meet` says.
 * @param port the server's, on the loopback
 * @returns its endpoint
 */
export async function s3Front(
  owner: Owner,
  port: number,
  meet: (passing: Passing) => unknown,
): Promise<string> {
  const server = createServer((incoming, response) => {
    const forward = (answered: (answer: IncomingMessage) => unknown): void => {
      const { method, url, headers } = incoming;
      const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, answered);
      pipeline(incoming, outgoing).catch(() => response.destroy());
    };
    const pass = (): void =>
      forward((answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, response).catch(() => response.destroy());
      });
    const loseAnswer = (): void =>
      forward((answer) => {
        answer.resume().once('end', () => response.destroy());
      });
    meet({ incoming, response, pass, loseAnswer });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(owner, async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return `http://127.0.0.1:${address.port}`;
}
