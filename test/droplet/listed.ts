import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';

export type Listed = tar.Header & { body: Buffer };

/** Archives from before 1988 have no magic. The option is missing in the types. */
const lenient: Parameters<typeof tar.extract>[0] & { allowUnknownFormat: true } = {
  allowUnknownFormat: true,
};

/** The entries of an archive as another tar reader, tar-stream, sees them. */
export async function listed(archive: Buffer): Promise<Listed[]> {
  const extract = tar.extract(lenient);
  extract.end(archive);
  const entries: Listed[] = [];
  for await (const entry of extract) entries.push({ ...entry.header, body: await buffer(entry) });
  return entries;
}

/** The bodies of the PAX headers of an archive, in order. */
export function paxHeaders(archive: Buffer): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < archive.length;) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8) || 0;
    if (archive[at + 156] === 'x'.charCodeAt(0))
      bodies.push(archive.toString('latin1', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return bodies;
}
