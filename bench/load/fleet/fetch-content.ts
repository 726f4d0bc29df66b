import { createHash } from 'node:crypto';
import type { Descriptor } from './manifest.ts';
import type { Kind } from './observed.ts';
import { PullFailure } from './pull-failure.ts';
import type { Recording } from './recording.ts';
import type { Answer, Session } from './session.ts';

/** How often a connection may close without bringing a byte. */
const fruitless = 3;

/**
 * Fetches what has a digest and gives it as it comes. Where the connection is closed in order before the end, goes on from
 * there; a reset ends it.
 * @throws PullFailure where the bytes are others, or NetworkError
 */
export async function fetchContent(
  session: Session,
  content: Descriptor & { kind: Kind; path: string },
  recording: Recording,
  take: (chunk: Buffer) => void = () => undefined,
): Promise<void> {
  const { kind, size } = content;
  const hash = createHash('sha256');
  let offset = 0;
  let closed = 0;
  for (;;) {
    const answer = await open(session, content, offset);
    if (offset > 0) recording.count('resumed');
    // A server that knows no ranges sends all of it again.
    let known = answer.status === 206 ? 0 : offset;
    const before = offset;
    const isWhole = await answer.read((chunk) => {
      const fresh = chunk.subarray(known);
      known -= chunk.length - fresh.length;
      offset += fresh.length;
      hash.update(fresh);
      take(fresh);
    });
    if (isWhole || offset >= size) break;
    closed = offset > before ? 1 : closed + 1;
    if (closed > fruitless) throw new PullFailure(`${kind}: closed too often`);
  }
  if (offset < size) throw new PullFailure(`${kind}: short`);
  if (offset === size && `sha256:${hash.digest('hex')}` === content.digest) return;
  recording.count('corrupt');
  throw new PullFailure(`${kind}: corrupt`);
}

async function open(
  session: Session,
  { kind, path, mediaType }: Descriptor & { kind: Kind; path: string },
  offset: number,
): Promise<Answer> {
  const range = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const headers = { accept: `${mediaType}, */*`, 'accept-encoding': encodings, ...range };
  const answer = await session.ask({ method: 'GET', path, kind, headers });
  const { status } = answer;
  if (status > 299) {
    await answer.drop();
    throw new PullFailure(`${kind}: ${status}`);
  }
  const isFit = status !== 206 || answer.headers['content-range']?.startsWith(`bytes ${offset}-`) === true;
  if (isFit) return answer;
  await answer.drop();
  throw new PullFailure(`${kind}: another range`);
}

const encodings = 'zstd;q=1.0, gzip;q=0.8, deflate;q=0.5';
