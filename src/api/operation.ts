import { z } from 'zod';

/** Who may: an operator, whoever puts droplets, or whoever has any role. */
export type Needed = 'admin' | 'droplets' | 'any';

/** What is sent with a request: JSON, bytes as they are, or nothing. */
export type Body<B> =
  | { kind: 'json'; schema: z.ZodType<B> }
  | { kind: 'bytes'; schema: z.ZodType<B>; what: string }
  | { kind: 'none'; schema: z.ZodType<B> };

export type Json<T> = { kind: 'json'; status: 200 | 201; schema: z.ZodType<T> };
/** JSON values, one a line, as they come. */
export type Lines<T> = { kind: 'lines'; status: 200; schema: z.ZodType<T> };
/** Server-Sent Events: of each kind, what its data is. */
export type Events = { kind: 'events'; status: 200; schemas: Record<string, z.ZodType> };
/** Bytes of one of these media types. */
export type Bytes = { kind: 'bytes'; status: 200; types: readonly string[] };
export type Empty = { kind: 'none'; status: 204 };
export type Reply = Json<unknown> | Lines<unknown> | Events | Bytes | Empty;

/** What an operator gives for a reply. */
export type Given<R extends Reply> =
  R extends Json<infer T> ? T : R extends Lines<infer T> ? AsyncIterable<T> : void;

type Status = 403 | 404 | 409 | 413 | 422 | 429 | 503;

/**
 * One thing that the admin API does. Whatever comes in is checked by its schemas: parameters of the path, query, headers and
 * body are P, Q, H and B.
 */
export type Operation<P = unknown, Q = unknown, H = unknown, B = unknown, R extends Reply = Reply> = {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `{name}` stands for a parameter */
  path: `/api/v1/${string}`;
  summary: string;
  needs: Needed;
  parameters: z.ZodType<P>;
  query: z.ZodType<Q>;
  headers: z.ZodType<H>;
  body: Body<B>;
  reply: R;
  /** when which error comes, beside those that may come of anything */
  errors: Partial<Record<Status, string>>;
};

/** The same, with its types. */
export function operation<P, Q, H, B, R extends Reply>(
  given: Operation<P, Q, H, B, R>,
): Operation<P, Q, H, B, R> {
  return given;
}

/** An operation of operators that takes nothing. */
export const plain = {
  needs: 'admin',
  parameters: z.strictObject({}),
  query: z.strictObject({}),
  headers: z.object({}),
  body: { kind: 'none', schema: z.undefined() },
  errors: {},
} as const;

export function json<T>(schema: z.ZodType<T>, status: 200 | 201 = 200): Json<T> {
  return { kind: 'json', status, schema };
}

export function lines<T>(schema: z.ZodType<T>): Lines<T> {
  return { kind: 'lines', status: 200, schema };
}

export const empty: Empty = { kind: 'none', status: 204 };

export function jsonBody<B>(schema: z.ZodType<B>): Body<B> {
  return { kind: 'json', schema };
}

/** @param what for people */
export function bytesBody(what: string): Body<undefined> {
  return { kind: 'bytes', schema: z.undefined(), what };
}
