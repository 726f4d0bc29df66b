import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import type { Content } from '../image/assemble.ts';
import { imagesOfGuid, imagesOfStack, type ServedImages } from '../image/served.ts';
import type { Digest } from '../oci/digest.ts';
import { parseReference, type Repository } from '../oci/reference.ts';
import { clientOf } from './access.ts';
import { hold } from './hold.ts';
import { noneMatch } from './range.ts';
import type { RegistryParts } from './registry.ts';

/** `GET|HEAD /v2/<name>/manifests/<reference>` (distribution-spec "Pulling manifests"). */
export async function sendManifest(
  ctx: Context,
  { images, served, holdMs, turns }: Pick<RegistryParts, 'images' | 'served' | 'holdMs' | 'turns'>,
  repository: Repository,
  text: string,
): Promise<void> {
  const reference = parseReference(text);
  const client = clientOf(ctx);
  const asker = { urgency: 'pull', client } as const;
  const manifest =
    'tag' in reference
      ? (await hold(images.resolve(repository, reference.tag, asker), holdMs)).manifest
      : await hold(byDigest(served, repository, reference.digest), holdMs);
  // All who waited for one conversion come here in the same moment.
  await turns.next(client);
  if (manifest === undefined) {
    throw new Failure('not-found', `No manifest ${text} was ever served in ${repository.name}`, {
      reason: 'MANIFEST_UNKNOWN',
    });
  }
  ctx.set('Docker-Content-Digest', manifest.digest);
  ctx.set('ETag', `"${manifest.digest}"`);
  if (noneMatch(ctx.get('If-None-Match'), `"${manifest.digest}"`)) {
    ctx.status = 304;
    return;
  }
  ctx.status = 200;
  ctx.set('Content-Type', manifest.mediaType);
  ctx.set('Content-Length', String(manifest.bytes.length));
  ctx.body = manifest.bytes;
}

async function byDigest(
  served: ServedImages,
  repository: Repository,
  digest: Digest | undefined,
): Promise<Content | undefined> {
  if (digest === undefined) return undefined;
  const folder =
    repository.kind === 'rootfs' ? imagesOfStack(repository.stack) : imagesOfGuid(repository.guid);
  const found = await served.get(folder, digest);
  if (found === undefined || found.kind !== 'manifest') return undefined;
  return repository.stack === undefined || repository.stack === found.origin.rootfs.stack ? found : undefined;
}
