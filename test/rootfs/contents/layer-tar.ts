import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack, type Header } from 'tar-stream';
import { ContentsBuilder } from '../../../src/rootfs/contents/contents-builder.ts';
import type { Contents } from '../../../src/rootfs/contents/contents.ts';

/** A directory where it ends in a slash, a symlink or a hard link where it has a target, else a file. */
export type Entry = Partial<Header> & { name: string; body?: string | Uint8Array };

/** A tar of `entries`, in their order. */
export async function layerTar(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { body = '', ...header } of entries) {
    const type = header.type ?? (header.name.endsWith('/') ? 'directory' : 'file');
    tar.entry({ mtime: new Date(0), ...header, type }, Buffer.from(body));
  }
  tar.finalize();
  return buffer(tar);
}

/** What layers of these tars, bottom to top, hold together. */
export async function contentsOf(...tars: readonly Buffer[]): Promise<Contents> {
  const builder = new ContentsBuilder();
  for (const tar of tars) await builder.addLayer(Readable.from([tar]));
  return builder.finish();
}

/** The same, of layers that are still to be packed. */
export async function contentsOfEntries(...layers: readonly Entry[][]): Promise<Contents> {
  return contentsOf(...(await Promise.all(layers.map((entries) => layerTar(entries)))));
}
