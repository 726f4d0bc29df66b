import { z } from 'zod';
import type { Asker } from '../convert/queue.ts';
import { imagesOfGuid, imagesOfStack, type Served, type ServedImages } from '../image/served.ts';
import type { Images } from '../image/images.ts';
import type { Origin } from '../image/labels.ts';
import { Failure } from '../errors.ts';
import { isDigest, parseDigest, type Digest } from '../oci/digest.ts';
import { requireGuid } from '../oci/names.ts';
import { parseReference, parseRepository, type Repository } from '../oci/reference.ts';
import { inParallel } from './in-parallel.ts';
import type { Identified, ImageDetails, ImageName, ImageOperator } from './operator.ts';

/** What operators ask of images, answered from the stores themselves. */
export class LocalImages implements ImageOperator {
  readonly #images: Images;
  readonly #served: ServedImages;

  constructor(images: Images, served: ServedImages) {
    this.#images = images;
    this.#served = served;
  }

  async show(reference: string): Promise<ImageDetails> {
    const { repository, tag, digest } = split(reference);
    const folder =
      repository.kind === 'rootfs' ? imagesOfStack(repository.stack) : imagesOfGuid(repository.guid);
    const wanted =
      tag === undefined
        ? digest
        : (await this.#images.resolve(repository, tag, somebody)).image.manifest.digest;
    const served = wanted === undefined ? undefined : await this.#served.get(folder, wanted);
    if (served === undefined || served.kind !== 'manifest') throw neverServed(reference);
    const manifest = manifestShape.parse(JSON.parse(served.bytes.toString()));
    const content = await this.#served.get(folder, manifest.config.digest);
    if (content === undefined) throw neverServed(`${repository.name}@${manifest.config.digest}`);
    return describe(reference, served, manifest, configShape.parse(JSON.parse(content.bytes.toString())));
  }

  async identify(guid: string, digest: string): Promise<Origin> {
    const origin = await this.#originOf(guid, requireImage(guid, digest));
    if (origin === undefined) throw neverServed(`${guid}@${digest}`);
    return origin;
  }

  async *identifyAll(images: readonly ImageName[]): AsyncGenerator<Identified> {
    for (const { guid, digest } of images) requireImage(guid, digest);
    yield* inParallel(images, readAtOnce, async ({ guid, digest }) => {
      const origin = await this.#originOf(guid, requireImage(guid, digest));
      return { guid, digest, ...(origin === undefined ? {} : { origin }) };
    });
  }

  async #originOf(guid: string, digest: Digest | undefined): Promise<Origin | undefined> {
    return digest && (await this.#served.get(imagesOfGuid(guid), digest))?.origin;
  }
}

const readAtOnce = 32;

/** A digest of another algorithm, undefined here, is none of ours. */
function requireImage(guid: string, digest: string): Digest | undefined {
  requireGuid(guid);
  return parseDigest(digest);
}

/** Operators wait as nodes do; all of them are one client. */
const somebody: Asker = { urgency: 'pull', client: 'operator' };

const digest = z.string().refine(isDigest);
const manifestShape = z.object({
  config: z.object({ digest }),
  layers: z.array(z.object({ mediaType: z.string(), digest, size: z.number() })),
});
const configShape = z.object({
  os: z.string(),
  architecture: z.string(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
  history: z.array(z.object({ created_by: z.string() })),
});

function describe(
  reference: string,
  served: Served,
  manifest: z.output<typeof manifestShape>,
  config: z.output<typeof configShape>,
): ImageDetails {
  return {
    reference,
    digest: served.digest,
    config: manifest.config.digest,
    os: config.os,
    architecture: config.architecture,
    origin: served.origin,
    layers: manifest.layers.map((layer, i) => ({
      from: config.history[i]?.created_by ?? '',
      ...layer,
      diffId: config.rootfs.diff_ids[i] ?? '',
    })),
  };
}

function split(text: string): { repository: Repository; tag?: string; digest?: Digest | undefined } {
  const at = text.includes('@') ? text.indexOf('@') : text.lastIndexOf(':');
  if (at < 1) {
    throw new Failure(
      'invalid',
      `${JSON.stringify(text)} is no reference: write <repository>:<tag> or <repository>@<digest>`,
    );
  }
  const repository = parseRepository(text.slice(0, at));
  return { repository, ...parseReference(text.slice(at + 1)) };
}

function neverServed(name: string): Failure {
  return new Failure('not-found', `No image ${name} was ever served`, { reason: 'MANIFEST_UNKNOWN' });
}
