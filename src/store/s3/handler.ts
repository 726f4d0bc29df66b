import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { endWhenStalled } from './stalled.ts';
import { authorities } from '../authorities.ts';

/** How long each step of a request may take, in milliseconds. */
export type Timeouts = {
  connect: number;
  /**
   * From asking to the head of the answer, with the time that it waits for a free connection. Three tries of it are less than
   * the 30 s after which clients give up.
   */
  answer: number;
  /** the same where a part or an object is sent */
  send: number;
  /** the same where the store puts the parts of a large object together */
  complete: number;
  /** without one byte of an answer's body, while it is wanted */
  idle: number;
};

export const defaultTimeouts: Timeouts = {
  connect: 5_000,
  answer: 8_000,
  send: 60_000,
  complete: 300_000,
  idle: 20_000,
};

/** Each body that is read holds one; more requests wait for one to be free. */
const maxSockets = 512;

const silent = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

type Call = Parameters<NodeHttpHandler['handle']>;

/** The SDK's way to HTTP with a bound on each step: it has none of its own for bodies that stall and are wanted. */
export class TimedHandler extends NodeHttpHandler {
  readonly #timeouts: Timeouts;

  /**
   * @param ca PEM file of authorities to trust beside those of the system
   * @throws Failure `invalid` when it cannot be read
   */
  constructor(timeouts: Timeouts, ca: string | undefined) {
    const options = { keepAlive: true, maxSockets };
    super({
      connectionTimeout: timeouts.connect,
      socketTimeout: 0,
      throwOnRequestTimeout: true,
      // Agents of ours: with its own, the SDK opens a new connection for each large body.
      httpAgent: new HttpAgent(options),
      httpsAgent: new HttpsAgent({
        ...options,
        ...(ca === undefined ? {} : { ca: authorities('the S3 store', ca) }),
      }),
      logger: silent,
    });
    this.#timeouts = timeouts;
  }

  override async handle(request: Call[0], options: Call[1] = {}): ReturnType<NodeHttpHandler['handle']> {
    const result = await super.handle(request, { ...options, requestTimeout: this.#limitOf(request) });
    const body: unknown = result.response.body;
    if (body instanceof IncomingMessage) endWhenStalled(body, this.#timeouts.idle);
    return result;
  }

  #limitOf({ method, query }: Call[0]): number {
    if (method === 'PUT') return this.#timeouts.send;
    return method === 'POST' && 'uploadId' in query ? this.#timeouts.complete : this.#timeouts.answer;
  }
}

function ignore(): void {
  // What is worth a line comes as an error.
}
