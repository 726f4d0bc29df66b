import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { extract, type Extract, type Header } from 'tar-stream';
import { Failure, reasonOf } from '../../errors.ts';

/** An entry's header. `type` is null for one that tar-stream does not know, `pax` has the records that belong to it. */
export type EntryHeader = Pick<Header, 'name' | 'mode' | 'size' | 'linkname'> & {
  type: Header['type'] | null;
  pax: Record<string, unknown>;
};

/** The bytes of an entry, in chunks; tar-stream's types leave open what they are. */
export type EntryBody = AsyncIterable<unknown>;

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

/** Takes one entry. It may read the body, and then to its end; a body that it leaves is passed over. */
export type Visit = (header: EntryHeader, body: EntryBody) => Promise<void>;

/** The magic of the oldest tars differs, but they have checksums all the same. */
const options: Parameters<typeof extract>[0] & { allowUnknownFormat: boolean } = { allowUnknownFormat: true };

/**
 * Reads a layer's tar entry by entry.
 * @throws whatever `tar` or `visit` fails with; Failure `invalid` where the tar is malformed
 */
export async function readLayer(tar: Readable, visit: Visit): Promise<void> {
  const entries = extract(options);
  let sourceFailed: { error: unknown } | undefined;
  let visitFailed: { error: unknown } | undefined;
  entries.on('entry', (header, body, proceed) => {
    // A body that nobody reads fails with the tar, and would take the process down.
    body.on('error', () => {});
    const visited = visitEntry(header, body, visit);
    visited.then(
      () => proceed(),
      (error: unknown) => {
        visitFailed = { error };
        entries.destroy();
      },
    );
  });
  try {
    await pipeline(() => watched(tar, (error) => (sourceFailed = { error })), entries);
  } catch (error) {
    if (sourceFailed !== undefined) throw sourceFailed.error;
    // What ends the reading ends the body that is being visited, too, with the same error.
    if (visitFailed !== undefined && visitFailed.error !== error) throw visitFailed.error;
    const why = reasonOf(error);
    throw new Failure('invalid', `its tar is malformed: ${why}`, { cause: error });
  }
}

async function visitEntry(header: Header, body: Entry, visit: Visit): Promise<void> {
  if (!Number.isSafeInteger(header.size) || header.size < 0) {
    // tar-stream would wait for such a body for ever.
    throw new Failure('invalid', `its tar is malformed: ${header.name} has no size that can be`);
  }
  await visit({ ...header, pax: { ...Object(header.pax) } }, body);
  body.resume();
}

/** The chunks of `source`; its own error, and no other, goes to `failed`. */
async function* watched(source: Readable, failed: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    failed(error);
    throw error;
  }
}
