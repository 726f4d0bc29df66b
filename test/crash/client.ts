import { readFile } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { hash } from '../helpers/tiny.ts';
import { ask, type Answer } from '../protocol/request.ts';

export const stack = 'cflinuxfs4';

/** A body, and the answer to it. */
export async function put(url: string, body: Buffer | object): Promise<Answer> {
  if (Buffer.isBuffer(body)) return ask(url, { method: 'PUT', body });
  const text = JSON.stringify(body);
  return ask(url, { method: 'PUT', body: text, headers: { 'Content-Length': Buffer.byteLength(text) } });
}

/** Imports the rootfs in a tar as version 1.0 and promotes it, through a server. */
export async function provideRootfs(t: ExecutionContext, url: string, tar: string): Promise<void> {
  const imported = await put(`${url}/api/v1/stacks/${stack}/rootfs/1.0`, await readFile(tar));
  t.is(imported.status, 201, String(imported.body));
  const promoted = await put(`${url}/api/v1/stacks/${stack}/promoted`, { version: '1.0' });
  t.is(promoted.status, 200, String(promoted.body));
}

export async function json<T>(url: string): Promise<T> {
  const { status, body } = await ask(url);
  if (status !== 200) throw new Error(`${url}: ${status} ${String(body)}`);
  return JSON.parse(String(body)) as T;
}

type Manifest = Record<'config', Descriptor> & Record<'layers', Descriptor[]>;
type Descriptor = { digest: string; size: number };

/** Pulls an image whole, checks each digest, and answers those of its layers, the droplet's last. */
export async function pull(t: ExecutionContext, url: string, name: string, about = name): Promise<string[]> {
  const [repository, tag] = name.split(':');
  const { status, headers, body } = await ask(`${url}/v2/${repository}/manifests/${tag}`);
  t.is(status, 200, `${about}: ${String(body)}`);
  t.is(headers['docker-content-digest'], `sha256:${hash('sha256', body)}`, about);
  const { config, layers } = JSON.parse(String(body)) as Manifest;
  for (const { digest, size } of [config, ...layers]) {
    const blob = await ask(`${url}/v2/${repository}/blobs/${digest}`);
    t.deepEqual([blob.status, blob.body.length], [200, size], `${about}: ${digest}`);
    t.is(`sha256:${hash('sha256', blob.body)}`, digest, about);
  }
  return layers.map((layer) => layer.digest);
}

/** Everything that a server lists can be read whole: droplets of a guid, its tags, and the versions of all stacks. */
export async function readListed(
  t: ExecutionContext,
  url: string,
  guid: string,
  about: string,
): Promise<void> {
  type Listed = { hash: string; state: string }[];
  const droplets = await json<Listed>(`${url}/api/v1/droplets?guid=${guid}`);
  for (const { hash: name } of droplets) {
    const { status, body } = await ask(`${url}/droplets/${guid}/${name}`);
    t.deepEqual([status, hash('sha1', body)], [200, name], about);
  }
  const tags = await ask(`${url}/v2/cloudfoundry/${guid}/tags/list`);
  const listed = tags.status === 404 ? [] : (JSON.parse(String(tags.body)) as { tags: string[] }).tags;
  t.deepEqual(
    listed,
    droplets.map((droplet) => droplet.hash),
    about,
  );
  for (const tag of listed) await pull(t, url, `cloudfoundry/${guid}:${tag}`, about);
  for (const version of await json<{ stack: string; version: string }[]>(`${url}/api/v1/rootfs`)) {
    await pull(t, url, `${version.stack}/rootfs:${version.version}`, about);
  }
}
