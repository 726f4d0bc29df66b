import type { RouterContext } from '@koa/router';
import type { z } from 'zod';
import { Failure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import { readJson } from '../input.ts';

/** Who does what a request asks for, in the name of its user. */
export type OperatorOf = (ctx: RouterContext) => Operator;

/** 40,000 placements are some 3 MB. */
const maxJson = 16 * 1024 * 1024;

/** The part of the path that a route calls `name`. */
export function part(ctx: RouterContext, name: string): string {
  return ctx.params[name] ?? '';
}

export function answer(ctx: RouterContext, value: object, status = 200): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.body = Buffer.from(JSON.stringify(value));
}

/** The request's JSON. @throws Failure `invalid`, `too-large` */
export async function body<T>(ctx: RouterContext, schema: z.ZodType<T>): Promise<T> {
  return validated(schema, await readJson(ctx.req, maxJson), 'body');
}

/** The value of a parameter that is there once. */
export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** @param what messages call it */
export function validated<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new Failure('invalid', `The ${what} is not as it must be: ${why.join('; ')}`);
}
