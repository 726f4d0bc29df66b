import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import type { Content } from '../image/assemble.ts';
import { headOf, type Head, type Resolved } from '../image/images.ts';
import { imagesOf, type Served, type ServedImages } from '../image/served.ts';
import type { Digest } from '../oci/digest.ts';
import { parseReference, type Reference, type Repository } from '../oci/reference.ts';
import { clientOf } from './access.ts';
import { hold } from './hold.ts';
import { noneMatch } from './range.ts';
import type { RegistryParts } from './registry.ts';
import { cameFrom, type Verdict } from './verdict.ts';

export type ManifestParts = Pick<RegistryParts, 'images' | 'served'>;

/** `GET|HEAD /v2/<name>/manifests/<reference>` (distribution-spec "Pulling manifests"). */
export async function sendManifest(
  ctx: Context,
  { images, served, holdMs, turns }: ManifestParts & Pick<RegistryParts, 'holdMs' | 'turns'>,
  repository: Repository,
  text: string,
): Promise<void> {
  const reference = parseReference(text);
  const client = clientOf(ctx);
  const asker = { urgency: 'pull', client } as const;
  const found =
    'tag' in reference
      ? byTag(await hold(images.resolve(repository, reference.tag, asker), holdMs))
      : await hold(byDigest(served, repository, reference.digest), holdMs);
  // All who waited for one conversion come here in the same moment.
  await turns.next(client);
  if (found === undefined) {
    throw new Failure('not-found', `No manifest ${text} was ever served in ${repository.name}`, {
      reason: 'MANIFEST_UNKNOWN',
    });
  }
  const { manifest, from } = found;
  cameFrom(ctx, from);
  ctx.respond = false;
  answerManifest(ctx.req, ctx.res, headOf(manifest), manifest.bytes);
}

/** The head of a reference's manifest, where it can be told without waiting for anything. */
export function knownHead(
  { images, served }: ManifestParts,
  repository: Repository,
  reference: Reference,
): Head | undefined {
  if ('tag' in reference) return images.knownHead(repository, reference.tag);
  const found = knownManifest({ images, served }, repository, reference);
  return found && headOf(found);
}

/** The manifest of a reference, where it can be told without waiting for anything. */
export function knownManifest(
  { images, served }: ManifestParts,
  repository: Repository,
  reference: Reference,
): Content | undefined {
  if ('tag' in reference) return images.known(repository, reference.tag)?.manifest;
  const { digest } = reference;
  return digest && manifestOf(repository, served.known(imagesOf(repository), digest));
}

/** 200 with a manifest, to a HEAD without its bytes, or 304 for who has it. @param others headers that go with it */
export function answerManifest(
  request: IncomingMessage,
  response: ServerResponse,
  { digest, mediaType, size }: Head,
  bytes?: Buffer,
  others: OutgoingHttpHeaders = {},
): void {
  const etag = `"${digest}"`;
  const head = { ...others, 'Docker-Content-Digest': digest, ETag: etag };
  if (noneMatch(request.headers['if-none-match'], etag)) {
    response.writeHead(304, head).end();
    return;
  }
  response.writeHead(200, { ...head, 'Content-Type': mediaType, 'Content-Length': size });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

type Found = { manifest: Content; from: Verdict };

function byTag({ image, from }: Resolved): Found {
  return { manifest: image.manifest, from };
}

async function byDigest(
  served: ServedImages,
  repository: Repository,
  digest: Digest | undefined,
): Promise<Found | undefined> {
  if (digest === undefined) return undefined;
  const folder = imagesOf(repository);
  const known = served.known(folder, digest);
  const manifest = manifestOf(repository, known ?? (await served.get(folder, digest)));
  return manifest && { manifest, from: known === undefined ? 'store' : 'memory' };
}

/** What was served, where it is a manifest of this very repository. */
function manifestOf({ stack }: Repository, found: Served | undefined): Content | undefined {
  if (found?.kind !== 'manifest') return undefined;
  return stack === undefined || stack === found.origin.rootfs.stack ? found : undefined;
}
