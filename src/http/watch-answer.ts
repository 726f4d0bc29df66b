import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** What is told of a request when it is over. `path` is without a query. */
export type Told = { path: string; user?: string | undefined; error?: unknown };

/** One line and one observation, when the last byte of an answer went or its connection broke. */
export type WatchAnswer = (request: IncomingMessage, response: ServerResponse, tell: () => Told) => string;

/**
 * What watches each request, and answers the id that its line has. The client gets it as `X-Request-Id`.
 * @param log one that looks for no secrets: there are none in these lines
 */
export function watchAnswers(log: Logger, metrics: Metrics): WatchAnswer {
  return (request, response, tell) => {
    const start = performance.now();
    const id = randomUUID();
    response.setHeader('X-Request-Id', id);
    // A request that is destroyed loses its socket.
    const { method = '', socket } = request;
    const before = socket.bytesWritten;
    response.on('close', () => {
      const { path, user, error } = tell();
      const { statusCode: status, writableFinished } = response;
      const ms = performance.now() - start;
      metrics.answered(method, path, writableFinished ? status : 0, ms);
      log.info({
        id,
        method,
        path,
        status,
        range: request.headers.range?.slice(0, 100),
        bytes: socket.bytesWritten - before,
        ms: Math.round(ms),
        user,
        ...(writableFinished ? {} : { cut: true }),
        ...(error instanceof Error ? { error: error.message } : {}),
      });
    });
    return id;
  };
}
