import { request, type IncomingMessage } from 'node:http';
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { NetworkError } from './network-error.ts';

export type Question = { agent: Agent; method: 'HEAD' | 'GET'; path: string; headers: OutgoingHttpHeaders };

/** An answer whose body is still to come. Times on the steady clock in milliseconds. */
export type Exchange = {
  status: number;
  headers: IncomingHttpHeaders;
  begunMs: number;
  firstByteMs: number;
  /**
   * Gives the body as it comes. Answers `false` where the connection was closed in order before its end.
   * @throws NetworkError where it was reset, or nothing came for five minutes
   */
  read: (take: (chunk: Buffer) => void) => Promise<boolean>;
  /** Wants no body. Where there is one, the connection goes with it, as Go's does. */
  drop: () => Promise<void>;
};

/** After so long without a byte the CRI cancels a pull. */
const stallMs = 300_000;

/**
 * Sends one request.
 * @throws NetworkError where no answer begins
 */
export async function exchange(question: Question): Promise<Exchange> {
  const begunMs = performance.now();
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
    const asking = request({ ...question, protocol: 'http:' });
    let broken: NetworkError | undefined;
    asking.on('error', (error) => {
      broken ??= networkError(error, question);
      reject(broken);
    });
    asking.on('timeout', () => asking.destroy(Object.assign(new Error('Too late'), { code: 'ETIMEDOUT' })));
    asking.on('response', (response) => {
      const firstByteMs = performance.now();
      const { statusCode: status = 0, headers } = response;
      response.on('error', () => undefined);
      const read = (take: (chunk: Buffer) => void) => readBody(response, take, () => broken);
      const drop = () => dropBody(response, question.method);
      resolve({ status, headers, begunMs, firstByteMs, read, drop });
    });
    asking.end();
    try {
      return await promise;
    } catch (error) {
      // The server closed an idle connection while the request was on its way: Go asks on another one.
      if (!asking.reusedSocket || broken?.code === 'ETIMEDOUT') throw error;
    }
  }
}

/** Node names an orderly close as it names a reset, but only the latter is of the system. */
function networkError(error: Error, { method, path }: Question): NetworkError {
  const { code = error.name, syscall } = error as NodeJS.ErrnoException;
  const isClose = code === 'ECONNRESET' && syscall === undefined;
  return new NetworkError(isClose ? 'EOF' : code, `${method} ${path}`);
}

async function readBody(
  response: IncomingMessage,
  take: (chunk: Buffer) => void,
  broken: () => NetworkError | undefined,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.setTimeout(stallMs);
  response.on('data', take).on('end', resolve).on('close', resolve);
  await promise;
  if (response.complete) return true;
  const error = broken();
  if (error !== undefined && error.code !== 'EOF') throw error;
  return false;
}

async function dropBody(response: IncomingMessage, method: string): Promise<void> {
  if (method !== 'HEAD' && response.headers['content-length'] !== '0') response.destroy();
  else
    await readBody(
      response,
      () => undefined,
      () => undefined,
    );
}
