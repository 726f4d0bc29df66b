import { Router, type RouterContext } from '@koa/router';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { announcedSha256 } from '../api/digest-header.ts';
import { sourceKey } from '../droplet/source-key.ts';
import { Failure } from '../errors.ts';
import { requireGuid, requireHash, requireStack } from '../oci/names.ts';
import { anyStack } from '../oci/reference.ts';
import type { DropletOperator, PutResult } from '../operator/operator.ts';
import type { ReadableStore } from '../store/store.ts';
import { clientOf, requireRepository, requireRole } from './access.ts';
import { sendBytes } from './blobs.ts';
import type { Traffic } from './bodies.ts';
import { byWhom, type OperatorFor } from './by-whom.ts';
import { bodyOf, readJson } from './input.ts';
import { receiveFile } from './multipart.ts';
import { allowSlowBody } from './server.ts';

export type DropletParts = { operatorFor: OperatorFor; sources: ReadableStore; traffic: Traffic };

const copyRequest = z.object({ source_guid: z.string() });
const maxJson = 64 * 1024;

/** bits-service's API for droplets, and a raw PUT by hash. */
export function dropletRoutes({ operatorFor, sources, traffic }: DropletParts): Router {
  const router = new Router({ prefix: '/droplets' });
  const droplets = (ctx: RouterContext): DropletOperator => operatorFor(byWhom(ctx)).droplets;

  router.put('/:guid', async (ctx) => {
    const guid = enter(ctx);
    const sha256 = sha256Of(ctx);
    if (sha256 === undefined) {
      throw new Failure(
        'invalid',
        'Name the droplet: PUT /droplets/<guid>/<hash>, or send Digest: sha256=<hex>',
      );
    }
    await beginUpload(ctx);
    await put(ctx, guid, sha256, bodyOf(ctx.req));
  });

  router.put('/:guid/:hash', async (ctx) => {
    const guid = enter(ctx);
    const hash = hashOf(ctx);
    await beginUpload(ctx);
    if (ctx.is('multipart/form-data')) {
      await receiveFile(ctx.req, ['droplet', 'bits'], (body) => put(ctx, guid, hash, body));
    } else if (ctx.is('application/json')) {
      const copy = await openCopy(ctx, hash);
      await put(ctx, guid, hash, copy).finally(() => copy.destroy());
    } else {
      await put(ctx, guid, hash, bodyOf(ctx.req));
    }
  });

  router.get('/:guid/:hash', async (ctx) => {
    const guid = enter(ctx);
    const hash = hashOf(ctx);
    const key = sourceKey(guid, hash);
    const info = await sources.stat(key);
    const { state } = await droplets(ctx).get(guid, hash);
    if (info === undefined || state === 'deleted')
      throw new Failure('not-found', `No droplet ${guid}/${hash}`);
    const source = { store: sources, downloads: traffic.downloads };
    await sendBytes(ctx, { size: info.size, object: key }, source, `"${hash}"`);
  });

  router.delete('/:guid/:hash', async (ctx) => {
    await droplets(ctx).remove(enter(ctx), hashOf(ctx));
    ctx.status = 204;
  });
  return router;

  /** Nothing is read of a body that waits: its sender waits too. */
  async function beginUpload(ctx: RouterContext): Promise<void> {
    await traffic.uploads.begin(clientOf(ctx), ctx.res);
  }

  async function put(ctx: RouterContext, guid: string, hash: string, body: Readable): Promise<void> {
    const stack = typeof ctx.query['stack'] === 'string' ? ctx.query['stack'] : undefined;
    if (stack !== undefined) requireStack(stack);
    const wait = ctx.query['wait'] === 'true';
    const result = await droplets(ctx).put(guid, hash, body, { stack, wait, sha256: sha256Of(ctx) });
    ctx.status = ctx.query['async'] === 'true' ? 202 : 201;
    ctx.body = describe(result, ctx.status === 202);
  }

  /** `source_guid` is `<guid>/<hash>`, as bits-service has it, or a guid alone for the same hash. */
  async function openCopy(ctx: RouterContext, hash: string): Promise<Readable> {
    const request = copyRequest.safeParse(await readJson(ctx.req, maxJson));
    if (!request.success) throw new Failure('invalid', 'A copy needs {"source_guid": "<guid>/<hash>"}');
    const [sourceGuid = '', sourceHash = hash] = request.data.source_guid.split('/');
    requireRepository(ctx, `${anyStack}/${sourceGuid}`);
    const { state } = await droplets(ctx).get(sourceGuid, sourceHash);
    const source = state === 'deleted' ? undefined : await sources.open(sourceKey(sourceGuid, sourceHash));
    if (source === undefined)
      throw new Failure('not-found', `No droplet ${request.data.source_guid} to copy`);
    return source.body;
  }
}

/** Who puts and reads droplets needs the role, and the repository that they are pulled from. */
function enter(ctx: RouterContext): string {
  requireRole(ctx, 'droplets');
  const guid = ctx.params['guid'] ?? '';
  requireGuid(guid);
  requireRepository(ctx, `${anyStack}/${guid}`);
  if (ctx.method === 'PUT') allowSlowBody(ctx.req);
  return guid;
}

function hashOf(ctx: RouterContext): string {
  const hash = ctx.params['hash'] ?? '';
  requireHash(hash);
  return hash;
}

/** What the header `Digest` announces. */
function sha256Of(ctx: RouterContext): string | undefined {
  const header = ctx.get('Digest');
  if (header === '') return undefined;
  const sha256 = announcedSha256(header);
  if (sha256 === undefined)
    throw new Failure('invalid', `Digest must be sha256=<64 hex digits>, not ${header}`);
  return sha256;
}

function describe(
  { guid, hash, sha1, sha256, size, created, changed }: PutResult,
  processing: boolean,
): object {
  return {
    guid: `${guid}/${hash}`,
    state: processing ? 'PROCESSING_UPLOAD' : 'READY',
    type: 'bits',
    created_at: new Date().toISOString(),
    sha1,
    sha256,
    size,
    created,
    changed,
  };
}
