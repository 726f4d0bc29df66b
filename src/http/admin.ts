import { Router, type RouterContext } from '@koa/router';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { defaultGraceSeconds } from '../collect/collect.ts';
import { Failure, isFailure } from '../errors.ts';
import { requireStack, requireVersion } from '../oci/names.ts';
import type { Operator } from '../operator/operator.ts';
import { storeFailure } from '../store/directory-reader.ts';
import { requireRole, userOf } from './access.ts';
import type { DropletParts } from './droplets.ts';
import { hold } from './hold.ts';
import { bodyOf, readJson } from './input.ts';
import { sendLines } from './lines.ts';
import { allowSlowBody } from './server.ts';

export type AdminParts = DropletParts & {
  /** What is done in somebody's name. */
  operatorFor: (user: string) => Operator;
  /** for rootfs files on their way in */
  temporaryDirectory: string;
  /** milliseconds that a client waits for a conversion */
  holdMs: number;
};

const promotion = z.strictObject({ version: z.string() });
const placement = z.record(z.string(), z.string().nullable());
const assignment = z.strictObject({ stack: z.string() });
const warmth = z.strictObject({ stack: z.string(), version: z.string().exactOptional() });
/** Milliseconds since the epoch. */
const storedQuery = z.strictObject({
  since: z
    .string()
    .regex(/^\d{1,15}$/, 'no time in milliseconds')
    .optional(),
});
const collection = z.strictObject({
  graceSeconds: z.number().min(86_400, 'a day at least').max(1e9).default(defaultGraceSeconds),
  dryRun: z.boolean().default(false),
  allowLarge: z.boolean().default(false),
});
const importQuery = z.strictObject({
  sha256: z
    .string()
    .regex(/^(?:sha256:)?[0-9a-f]{64}$/i, 'no SHA-256: give its 64 hex digits')
    .optional(),
  os: z.string().optional(),
  architecture: z.string().optional(),
  osVersion: z.string().optional(),
});
/** 40,000 placements are some 3 MB. */
const maxJson = 16 * 1024 * 1024;

/** The admin API: JSON, role `admin`. */
export function adminRoutes({ operatorFor, temporaryDirectory, holdMs }: AdminParts): Router {
  const router = new Router({ prefix: '/api/v1' });
  const operator = (ctx: RouterContext): Operator => operatorFor(userOf(ctx) ?? '');
  const rootfs = (ctx: RouterContext): Operator['rootfs'] => operator(ctx).rootfs;
  const droplets = (ctx: RouterContext): Operator['droplets'] => operator(ctx).droplets;
  const images = (ctx: RouterContext): Operator['images'] => operator(ctx).images;
  const warming = (ctx: RouterContext): Operator['warming'] => operator(ctx).warming;
  router.use(async (ctx, next) => {
    requireRole(ctx, 'admin');
    await next();
  });

  router.get('/stacks', async (ctx) => answer(ctx, await rootfs(ctx).stacks()));
  router.get('/stacks/:stack', async (ctx) => answer(ctx, await rootfs(ctx).stack(part(ctx, 'stack'))));
  router.get('/rootfs', async (ctx) => answer(ctx, await rootfs(ctx).versions()));
  router.get('/stacks/:stack/rootfs', async (ctx) =>
    answer(ctx, await rootfs(ctx).versions(part(ctx, 'stack'))),
  );
  router.get('/stacks/:stack/rootfs/:version', async (ctx) => {
    answer(ctx, await rootfs(ctx).version(part(ctx, 'stack'), part(ctx, 'version')));
  });
  router.get('/stacks/:stack/rootfs/:version/contents', async (ctx) => {
    answer(ctx, await rootfs(ctx).contents(part(ctx, 'stack'), part(ctx, 'version')));
  });
  router.put('/stacks/:stack/rootfs/:version', async (ctx) => {
    const [stack, version] = [part(ctx, 'stack'), part(ctx, 'version')];
    requireStack(stack);
    requireVersion(version);
    const options = { ...validated(importQuery, ctx.query, 'query'), name: 'the uploaded file' };
    const path = join(temporaryDirectory, `${randomUUID()}.rootfs`);
    try {
      await receive(ctx.req, path);
      answer(ctx, await rootfs(ctx).import(stack, version, path, options), 201);
    } finally {
      await rm(path, { force: true });
    }
  });
  router.delete('/stacks/:stack/rootfs/:version', async (ctx) => {
    answer(ctx, await rootfs(ctx).retire(part(ctx, 'stack'), part(ctx, 'version')));
  });
  router.put('/stacks/:stack/promoted', async (ctx) => {
    const { version } = await body(ctx, promotion);
    answer(ctx, await rootfs(ctx).promote(part(ctx, 'stack'), version));
  });
  router.patch('/stacks/:stack/placements', async (ctx) => {
    answer(ctx, await rootfs(ctx).place(part(ctx, 'stack'), await body(ctx, placement), generation(ctx)));
  });

  router.get('/droplets', async (ctx) => answer(ctx, await droplets(ctx).list(one(ctx.query['guid']))));
  router.get('/droplets/:guid/:hash', async (ctx) => {
    answer(ctx, await droplets(ctx).get(part(ctx, 'guid'), part(ctx, 'hash')));
  });
  router.delete('/droplets/:guid/:hash', async (ctx) => {
    await droplets(ctx).remove(part(ctx, 'guid'), part(ctx, 'hash'));
    ctx.status = 204;
  });
  router.post('/droplets/:guid/:hash/verify', async (ctx) => {
    answer(ctx, await droplets(ctx).verify(part(ctx, 'guid'), part(ctx, 'hash')));
  });
  router.post('/droplets/:guid/:hash/warm', async (ctx) => {
    const { stack, version } = await body(ctx, warmth);
    const work = warming(ctx).warm(stack, part(ctx, 'guid'), part(ctx, 'hash'), version);
    answer(ctx, await hold(work, holdMs));
  });
  router.put('/droplets/:guid/stack', async (ctx) => {
    const { stack } = await body(ctx, assignment);
    await droplets(ctx).assignStack(part(ctx, 'guid'), stack);
    ctx.status = 204;
  });
  router.get('/stored', async (ctx) => {
    const { since } = validated(storedQuery, ctx.query, 'query');
    await sendLines(ctx, warming(ctx).stored(since === undefined ? undefined : Number(since)));
  });
  router.get('/refused', async (ctx) => answer(ctx, await droplets(ctx).refusals()));

  router.post('/collection', async (ctx) => {
    answer(ctx, await operator(ctx).collection.run(await body(ctx, collection)));
  });

  router.get('/droplets/:guid/images/:digest', async (ctx) => {
    answer(ctx, await images(ctx).identify(part(ctx, 'guid'), part(ctx, 'digest')));
  });
  router.get('/images', async (ctx) =>
    answer(ctx, await images(ctx).show(one(ctx.query['reference']) ?? '')),
  );
  return router;
}

function part(ctx: RouterContext, name: string): string {
  return ctx.params[name] ?? '';
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function answer(ctx: RouterContext, value: object, status = 200): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.body = Buffer.from(JSON.stringify(value));
}

async function body<T>(ctx: RouterContext, schema: z.ZodType<T>): Promise<T> {
  return validated(schema, await readJson(ctx.req, maxJson), 'body');
}

function validated<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new Failure('invalid', `The ${what} is not as it must be: ${why.join('; ')}`);
}

/** `If-Match: "<generation>"`: the change is made only to the stack as its sender saw it. */
function generation(ctx: RouterContext): number | undefined {
  const header = ctx.get('If-Match');
  if (header === '') return undefined;
  const [, digits] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (digits === undefined)
    throw new Failure('invalid', `If-Match must be a stack's generation in quotes, not ${header}`);
  return Number(digits);
}

async function receive(request: IncomingMessage, path: string): Promise<void> {
  allowSlowBody(request);
  try {
    await pipeline(bodyOf(request), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    throw isFailure(error) ? error : storeFailure('receive the rootfs', path, error);
  }
}
