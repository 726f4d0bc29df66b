import { Router, type RouterContext } from '@koa/router';
import { Failure } from '../errors.ts';
import type { Blobs } from '../image/blobs.ts';
import type { Images } from '../image/images.ts';
import type { ServedImages } from '../image/served.ts';
import { listTags, type TagParts } from '../image/tags.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { parseDigest } from '../oci/digest.ts';
import { mediaType } from '../oci/media-type.ts';
import { parseRepository, type Repository } from '../oci/reference.ts';
import type { Layers } from '../store/store.ts';
import { requireRepository, requireRole } from './access.ts';
import { sendBlob } from './blobs.ts';
import type { Traffic } from './bodies.ts';
import { sendManifest } from './manifests.ts';
import type { Proven } from './proven.ts';
import type { Redirect } from './redirect.ts';
import { sendTags } from './tags.ts';
import type { Turns } from './turns.ts';

export type RegistryParts = {
  images: Images;
  served: ServedImages;
  blobs: Blobs;
  layers: Layers;
  proven: Proven;
  tags: TagParts;
  /** milliseconds that a client waits for a conversion */
  holdMs: number;
  turns: Turns;
  traffic: Traffic;
  /** where layers may be given by the store itself */
  redirect?: Redirect | undefined;
};

type Handler = (ctx: RouterContext, repository: Repository, last: string) => Promise<void>;

/** The pull side of distribution-spec 1.1. */
export function registryRoutes(parts: RegistryParts): Router {
  const router = new Router();
  const blobs = {
    blobs: parts.blobs,
    store: parts.layers,
    proven: parts.proven,
    downloads: parts.traffic.downloads,
    redirect: parts.redirect,
  };

  router.get(/^\/v2\/?$/, (ctx) => {
    requireRole(ctx, 'pull');
    ctx.set('Docker-Distribution-Api-Version', 'registry/2.0');
    sendJson(ctx, Buffer.from('{}'));
  });
  const handlers: Record<string, Handler> = {
    manifests: (ctx, repository, text) => sendManifest(ctx, parts, repository, text),
    blobs: (ctx, repository, text) => sendBlob(ctx, blobs, repository, text),
    tags: async (ctx, repository) => sendTags(ctx, repository, await listTags(parts.tags, repository)),
    referrers: async (ctx, _repository, text) => {
      parseDigest(text);
      sendJson(ctx, noReferrers, mediaType.index);
    },
  };
  // One route for all of them: a router looks at each of its routes.
  router.get(/^\/v2\/(.+)\/(manifests|blobs|tags(?=\/list$)|referrers)\/([^/]+)$/, async (ctx) => {
    requireRole(ctx, 'pull');
    const [name = '', kind = '', last = ''] = ctx.captures ?? [];
    const repository = parseRepository(decodePart(name));
    requireRepository(ctx, repository.name);
    await handlers[kind]?.(ctx, repository, decodePart(last));
  });
  return router;
}

const noReferrers = canonicalJson({ schemaVersion: 2, mediaType: mediaType.index, manifests: [] });

function sendJson(ctx: RouterContext, body: Buffer, contentType = 'application/json'): void {
  ctx.status = 200;
  ctx.set('Content-Type', contentType);
  ctx.body = body;
}

/** A part of a path as its sender meant it. */
function decodePart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new Failure('invalid', `Malformed percent-encoding in the path: ${part}`, {
      reason: 'NAME_INVALID',
      cause,
    });
  }
}
