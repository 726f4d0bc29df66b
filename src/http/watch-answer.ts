import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Metrics } from './metrics.ts';
import type { Verdict } from './verdict.ts';

/** What is told of a request when it is over. `path` is without a query; `cache`: where the answer came from. */
export type Told = {
  path: string;
  cache?: Verdict | undefined;
  user?: string | undefined;
  error?: unknown;
};

/** One line and one observation, when the last byte of an answer went or its connection broke. */
export type WatchAnswer = (request: IncomingMessage, response: ServerResponse, tell: () => Told) => string;

/** What watches each request, and answers the id that its line has. The client is to get it as `X-Request-Id`. */
export function watchAnswers(log: Pick<Log, 'line'>, metrics: Metrics): WatchAnswer {
  return (request, response, tell) => {
    const start = performance.now();
    const id = idOf(request);
    // A request that is destroyed loses its socket, and that its address.
    const { method = '', socket } = request;
    const { bytesWritten: before, remoteAddress: client } = socket;
    response.on('close', () => {
      const told = tell();
      const { path, cache, user, error } = told;
      const { statusCode: status, writableFinished } = response;
      const ms = performance.now() - start;
      metrics.answered(method, told, writableFinished ? status : 0, ms / 1000);
      log.line({
        id,
        method,
        path,
        status,
        cache,
        range: request.headers.range?.slice(0, 100),
        bytes: socket.bytesWritten - before,
        ms: Math.round(ms * 100) / 100,
        user,
        client,
        ...(writableFinished ? {} : { cut: true }),
        ...(error instanceof Error ? { error: error.message } : {}),
      });
    });
    return id;
  };
}

/** The client's own id, so that its log and ours can be laid beside each other, where it is one that may stand in a log. */
function idOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && wellFormed.test(given) ? given : randomUUID();
}

const wellFormed = /^[A-Za-z0-9_-]{1,64}$/;
