import { sha256, type Digest } from '../../src/oci/digest.ts';
import { basic } from '../helpers/basic.ts';
import type { Served } from '../helpers/serve.ts';
import { ask, type Answer } from '../protocol/request.ts';

type Descriptor = { digest: Digest; size: number };
export type Manifest = { config: Descriptor; layers: Descriptor[] };

/** What was pulled: digests that the bytes have. */
export type Image = { digest: Digest; manifest: Manifest };

/** One request of somebody who may pull, on a connection of its own. */
export async function request(
  { host, puller }: Pick<Served, 'host' | 'puller'>,
  path: string,
  options: { method?: 'GET' | 'HEAD'; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {} } = options;
  return ask(`http://${host}/v2/${path}`, {
    method,
    headers: { authorization: basic(puller.user), ...headers },
  });
}

/**
 * Pulls everything of an image from one server.
 * @param reference a tag or a digest
 * @throws Error where anything is not there or not what its digest says
 */
export async function pullImage(
  server: Pick<Served, 'host' | 'puller'>,
  repository: string,
  reference: string,
): Promise<Image> {
  const path = `${repository}/manifests/${reference}`;
  const [head, { body, digest }] = [
    await request(server, path, { method: 'HEAD' }),
    await verified(server, path),
  ];
  if (head.status !== 200 || head.headers['docker-content-digest'] !== digest)
    throw new Error(`HEAD ${path}: ${head.status} ${String(head.headers['docker-content-digest'])}`);
  const manifest = JSON.parse(body.toString()) as Manifest;
  for (const blob of [manifest.config, ...manifest.layers]) {
    const found = await verified(server, `${repository}/blobs/${blob.digest}`);
    if (found.digest !== blob.digest || found.body.length !== blob.size)
      throw new Error(`${blob.digest}: ${found.body.length} bytes of ${found.digest}`);
  }
  return { digest, manifest };
}

async function verified(
  server: Pick<Served, 'host' | 'puller'>,
  path: string,
): Promise<{ body: Buffer; digest: Digest }> {
  const { status, headers, body } = await request(server, path);
  const digest = sha256(body);
  if (status !== 200) throw new Error(`${path}: ${status} ${body.toString().slice(0, 500)}`);
  if (headers['docker-content-digest'] !== digest)
    throw new Error(`${path}: its bytes have the digest ${digest}`);
  return { body, digest };
}
