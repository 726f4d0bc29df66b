import type { Router } from '@koa/router';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { isFailure } from '../../errors.ts';
import { requireStack, requireVersion } from '../../oci/names.ts';
import type { RootfsRecord } from '../../rootfs/record.ts';
import { storeFailure } from '../../store/directory-reader.ts';
import { bodyOf } from '../input.ts';
import { LongWork } from '../long-work.ts';
import { allowSlowBody } from '../server.ts';
import { answer, body, part, validated, type OperatorOf } from './exchange.ts';

const sha256 = z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/i, 'no SHA-256: give its 64 hex digits');
const importQuery = z.strictObject({
  sha256: sha256.optional(),
  os: z.string().optional(),
  architecture: z.string().optional(),
  osVersion: z.string().optional(),
});

const pull = importQuery.extend({ reference: z.string(), plainHttp: z.boolean().optional() });

/**
 * The versions of stacks.
 * @param temporaryDirectory for files on their way in
 * @param holdMs milliseconds that a client waits for an image from a registry
 */
export function rootfsRoutes(
  router: Router,
  operator: OperatorOf,
  temporaryDirectory: string,
  holdMs: number,
): void {
  const pulls = new LongWork<RootfsRecord>(holdMs);
  router.get('/rootfs', async (ctx) => answer(ctx, await operator(ctx).rootfs.versions()));
  router.get('/stacks/:stack/rootfs', async (ctx) => {
    answer(ctx, await operator(ctx).rootfs.versions(part(ctx, 'stack')));
  });
  router.get('/stacks/:stack/rootfs/:version', async (ctx) => {
    answer(ctx, await operator(ctx).rootfs.version(part(ctx, 'stack'), part(ctx, 'version')));
  });
  router.get('/stacks/:stack/rootfs/:version/contents', async (ctx) => {
    answer(ctx, await operator(ctx).rootfs.contents(part(ctx, 'stack'), part(ctx, 'version')));
  });
  router.put('/stacks/:stack/rootfs/:version', async (ctx) => {
    const [stack, version] = [part(ctx, 'stack'), part(ctx, 'version')];
    requireStack(stack);
    requireVersion(version);
    const options = { ...validated(importQuery, ctx.query, 'query'), name: 'the uploaded file' };
    const path = join(temporaryDirectory, `${randomUUID()}.rootfs`);
    try {
      await receive(ctx.req, path);
      answer(ctx, await operator(ctx).rootfs.import(stack, version, path, options), 201);
    } finally {
      await rm(path, { force: true });
    }
  });
  router.post('/stacks/:stack/rootfs/:version', async (ctx) => {
    const [stack, version] = [part(ctx, 'stack'), part(ctx, 'version')];
    const { reference, ...options } = await body(ctx, pull);
    const { rootfs } = operator(ctx);
    const key = JSON.stringify([stack, version, reference, options]);
    answer(ctx, await pulls.join(key, () => rootfs.pull(stack, version, reference, options)), 201);
  });
  router.delete('/stacks/:stack/rootfs/:version', async (ctx) => {
    answer(ctx, await operator(ctx).rootfs.retire(part(ctx, 'stack'), part(ctx, 'version')));
  });
}

async function receive(request: IncomingMessage, path: string): Promise<void> {
  allowSlowBody(request);
  try {
    await pipeline(bodyOf(request), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    throw isFailure(error) ? error : storeFailure('receive the rootfs', path, error);
  }
}
