import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { basic } from '../../test/helpers/basic.ts';
import type { Served } from '../../test/helpers/serve.ts';

/** Asks for a manifest until its droplet is converted. @param name `<guid>/manifests/<hash>` */
export async function pullManifest({ host, puller }: Served, name: string): Promise<void> {
  const headers = { authorization: basic(puller.user) };
  for (;;) {
    const answer = await fetch(`http://${host}/v2/cloudfoundry/${name}`, { headers });
    await answer.arrayBuffer();
    if (answer.ok) return;
    if (answer.status !== 429) throw new Error(`${name} was answered with ${answer.status}`);
  }
}

/** The paths of all layers in a server's directory. */
export async function objectsOf({ data }: Served): Promise<Set<string>> {
  const folder = join(data, 'v1/objects');
  return new Set((await readdir(folder)).map((name) => join(folder, name)));
}
