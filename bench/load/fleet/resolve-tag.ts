import { createHash } from 'node:crypto';
import { accepted } from './accepted.ts';
import type { Descriptor } from './manifest.ts';
import { PullFailure } from './pull-failure.ts';
import type { Session } from './session.ts';

/**
 * What a tag means.
 * @throws PullFailure naming the status, or NetworkError
 */
export async function resolveTag(session: Session, path: string): Promise<Descriptor> {
  const headers = { accept: accepted };
  const answer = await session.ask({ method: 'HEAD', path, kind: 'manifest-head', headers });
  await answer.drop();
  const { status, headers: said } = answer;
  if (status > 299) {
    // It is asked for once more, for the words of the refusal.
    if (status === 403) await (await session.ask(get(path))).drop();
    throw new PullFailure(`manifest-head: ${status}`);
  }
  const { 'docker-content-digest': digest, 'content-length': size } = said;
  const mediaType = said['content-type']?.split(';')[0] ?? '';
  if (typeof digest === 'string' && size !== undefined) return { digest, size: Number(size), mediaType };
  return { ...(await measure(session, path)), mediaType };
}

function get(path: string): Parameters<Session['ask']>[0] {
  return { method: 'GET', path, kind: 'manifest-get', headers: { accept: accepted } };
}

/** Where a registry's HEAD does not tell. */
async function measure(session: Session, path: string): Promise<Pick<Descriptor, 'digest' | 'size'>> {
  const answer = await session.ask(get(path));
  const hash = createHash('sha256');
  let size = 0;
  const isWhole = await answer.read((chunk) => {
    hash.update(chunk);
    size += chunk.length;
  });
  if (!isWhole || answer.status > 299) throw new PullFailure(`manifest-get: ${answer.status}`);
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
