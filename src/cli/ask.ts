import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { Failure } from '../errors.ts';
import type { Bytes, Empty, Json, Lines, Operation } from '../api/operation.ts';
import { receive, receiveLines, send, type Call } from './request.ts';
import type { Server } from './server.ts';

/** What is sent with an operation; what it takes none of may be left out. */
export type Sent<P, Q, H, B> = {
  parameters?: P;
  query?: Q;
  headers?: H;
  body?: B;
  /** where the body is no JSON */
  bytes?: Readable;
};

/**
 * Asks a facade for what `api/operations.ts` says that it does. Parameters are checked here already: they become parts of a path.
 * @throws Failure: `invalid`, what the facade failed with, or `unavailable`
 */
export class Ask {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async json<P, Q, H, B, T>(
    operation: Operation<P, Q, H, B, Json<T>>,
    sent: Sent<P, Q, H, B> = {},
  ): Promise<T> {
    return this.understand(operation.reply.schema, await send(this.#server, ...requestOf(operation, sent)));
  }

  async *lines<P, Q, H, B, T>(
    operation: Operation<P, Q, H, B, Lines<T>>,
    sent: Sent<P, Q, H, B> = {},
  ): AsyncGenerator<T> {
    for await (const value of receiveLines(this.#server, ...requestOf(operation, sent)))
      yield this.understand(operation.reply.schema, value);
  }

  async bytes<P, Q, H, B>(
    operation: Operation<P, Q, H, B, Bytes>,
    sent: Sent<P, Q, H, B> = {},
  ): Promise<Buffer> {
    return receive(this.#server, ...requestOf(operation, sent));
  }

  async nothing<P, Q, H, B>(
    operation: Operation<P, Q, H, B, Empty>,
    sent: Sent<P, Q, H, B> = {},
  ): Promise<void> {
    await send(this.#server, ...requestOf(operation, sent));
  }

  /** @throws Failure `unavailable` where a value is not what a facade of this version answers */
  understand<T>(schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new Failure(
      'unavailable',
      `The facade at ${this.#server.url.origin} answers as this dropstack does not know it: is it of another version?`,
      { cause: parsed.error },
    );
  }
}

function requestOf<P, Q, H, B>(
  { method, path, parameters }: Operation<P, Q, H, B>,
  { parameters: given, query, headers, body, bytes }: Sent<P, Q, H, B>,
): [path: string, call: Call] {
  const content = bytes ?? body;
  const parsed = parameters.safeParse(given ?? {});
  if (!parsed.success) {
    bytes?.destroy();
    throw new Failure('invalid', parsed.error.issues[0]?.message ?? parsed.error.message);
  }
  const values = textsOf(parsed.data);
  return [
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '')),
    {
      method,
      query: textsOf(query),
      headers: textsOf(headers),
      ...(typeof content === 'object' && content !== null ? { body: content } : {}),
    },
  ];
}

/** What is not left out. */
function textsOf(given: unknown): Record<string, string> {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
