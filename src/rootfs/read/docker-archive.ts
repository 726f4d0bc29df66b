import { stat } from 'node:fs/promises';
import { Failure } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { readDocument, type Bundle } from './bundle.ts';
import { choose, type Candidate } from './choose.ts';
import { compressionOf, layerTypeOf, readFile } from './compression.ts';
import { archiveManifest, config } from './documents.ts';
import { imageOf, withDiffIds, type ReadImage } from './image-of.ts';
import type { SourceLayer, WantedPlatform } from './source-image.ts';

/** Reads what `docker save` wrote before it wrote OCI layouts, and what other programs still write in its place. */
export async function readDockerArchive(bundle: Bundle, wanted: WantedPlatform): Promise<ReadImage> {
  const listed = await readDocument(bundle, 'manifest.json', archiveManifest);
  const byConfig = Map.groupBy(listed, (item) => item.Config);
  const candidates: Candidate<string[]>[] = [];
  // One by one: an archive may list thousands, each of megabytes.
  for (const [name, items] of byConfig) {
    candidates.push({
      config: await readDocument(bundle, name, config),
      names: items.flatMap((item) => item.RepoTags ?? []),
      image: items[0]?.Layers ?? [],
    });
  }
  const chosen = choose(candidates, wanted);
  const layers = withDiffIds(chosen.config, chosen.image).map((pair, i) =>
    readLayer(bundle, pair.layer, i, pair.diffId),
  );
  return imageOf('docker-archive', chosen.config, await Promise.all(layers));
}

async function readLayer(bundle: Bundle, file: string, i: number, diffId: Digest): Promise<SourceLayer> {
  const name = `layer ${i + 1} (${file})`;
  const path = bundle(file);
  if (path === undefined) throw new Failure('invalid', `it lacks its ${name}`);
  const compression = await compressionOf(path);
  if (compression === undefined) throw new Failure('invalid', `its ${name} is no tar, plain, gzip or zstd`);
  const { size } = await stat(path);
  return { name, mediaType: layerTypeOf[compression], compression, size, diffId, open: () => readFile(path) };
}
