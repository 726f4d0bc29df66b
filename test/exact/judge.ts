import { packed, tarOf, type Archive } from './archives.ts';
import { failuresOf } from './failures.ts';
import { layerOf } from './conversion.ts';
import { explain } from './known.ts';
import type { Unpacker } from './unpacker.ts';

/** What became of an archive: the rule that refused it, or the kinds of known differences between it and its layer. */
export type Verdict = { refused: string } | { known: string[] };

/**
 * Makes an archive a layer and has both unpacked.
 * @throws Error that tells the first difference that is not known
 */
export async function judge(archive: Archive, unpack: Unpacker): Promise<Verdict> {
  const tar = tarOf(archive);
  const layer = await layerOf(packed(tar, archive), archive.packed, archive.chunks);
  if (typeof layer === 'string') return { refused: layer };
  const answer = await unpack(tar, layer);
  const known = new Set(
    Object.entries(answer.failures).flatMap(([client, said]) => failuresOf(client, said)),
  );
  for (const difference of answer.differences) {
    const { client, path } = difference;
    // GNU tar goes on; from the others there is no whole tree to compare.
    if (client !== 'tar' && answer.failures[client] !== undefined) continue;
    const name = explain(difference, answer);
    if (name === undefined) {
      const said = { droplet: answer.droplet[path], layer: answer.layer[path] };
      throw new Error(JSON.stringify({ difference, said }, null, 1));
    }
    known.add(name);
  }
  return { known: [...known].toSorted() };
}
