import type { Readable } from 'node:stream';
import { request } from 'undici';

/** @param repository its URL below `/v2/` */
export type Ask = (repository: string, tag: string, headers?: Record<string, string>) => Promise<void>;

/** The manifest of a tag, and where that is a list, the one that it names, each to its last byte. */
export const firstManifest: Ask = async (repository, tag, headers = {}) => {
  await manifest(repository, await patiently('GET', `${repository}/manifests/${tag}`, headers), headers);
};

/** All of an image, as so many nodes pull it one after the other: each asks for the digest, then for manifest, config and layers. */
export function wholeImage(nodes: number): Ask {
  return async (repository, tag, headers = {}) => {
    for (let node = 0; node < nodes; node++) {
      const head = await patiently('HEAD', `${repository}/manifests/${tag}`, headers);
      await head.body.dump();
      const digest = String(head.headers['docker-content-digest']);
      const answer = await patiently('GET', `${repository}/manifests/${digest}`, headers);
      const { config, layers } = await manifest(repository, answer, headers);
      for (const blob of [config, ...layers]) {
        const { body } = await patiently('GET', `${repository}/blobs/${blob.digest}`, headers);
        await drained(body, blob);
      }
    }
  };
}

type Blob = { digest: string; size: number };
type Manifest = { config: Blob; layers: Blob[] };
type Answer = Awaited<ReturnType<typeof request>>;

async function manifest(
  repository: string,
  { body }: Answer,
  headers: Record<string, string>,
): Promise<Manifest> {
  const found = (await body.json()) as Manifest | { manifests: [Blob] };
  if (!('manifests' in found)) return found;
  const path = `${repository}/manifests/${found.manifests[0].digest}`;
  return (await (await patiently('GET', path, headers)).body.json()) as Manifest;
}

/** Asks until it is not told to ask again. */
async function patiently(
  method: 'GET' | 'HEAD',
  url: string,
  headers: Record<string, string>,
): Promise<Answer> {
  for (;;) {
    const answer = await request(url, { method, headers });
    if (answer.statusCode === 200) return answer;
    await answer.body.dump();
    if (answer.statusCode !== 429) throw new Error(`${method} ${url} was answered with ${answer.statusCode}`);
  }
}

async function drained(body: Readable, { digest, size }: Blob): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) bytes += (chunk as Buffer).length;
  if (bytes !== size) throw new Error(`${digest} came with ${bytes} bytes, and not with ${size}`);
}
