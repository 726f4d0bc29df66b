import { Failure, isFailure } from '../../errors.ts';
import type { ImageReference } from '../../rootfs/registry/image-reference.ts';
import { requireImageReference } from '../../rootfs/registry/image-reference.ts';
import { RegistryClient } from '../../rootfs/registry/registry-client.ts';
import { remoteOperator } from '../remote.ts';
import type { Server } from '../server.ts';
import { Untried } from './untried.ts';

/** An image that is about to be pulled, by a client as a node's. */
export type Pull = { reference: ImageReference; client: RegistryClient; close: () => Promise<void> };

/**
 * @param image without the host; without it, the promoted rootfs of a stack
 * @throws Untried where it is not given and none can be chosen
 */
export async function openPull(server: Server, image: string | undefined): Promise<Pull> {
  const { url, user, password, ca } = server;
  const reference = referenceOf(url, image ?? (await choose(server)));
  const client = await RegistryClient.open(reference, {
    plainHttp: url.protocol === 'http:',
    credentials: password === undefined ? undefined : { user, password },
    ca,
  });
  return { reference, client, close: () => client.close() };
}

/** A host of one word is none in a reference that people write, and yet may serve. */
function referenceOf({ host }: URL, image: string): ImageReference {
  const parsed = requireImageReference(`registry.invalid/${image}`);
  return { ...parsed, text: `${host}/${image}`, registry: host, host };
}

async function choose(server: Server): Promise<string> {
  const versions = await remoteOperator(server)
    .rootfs.versions()
    .catch((error: unknown) => {
      if (!isFailure(error, 'denied')) throw error;
      throw new Untried(`user ${server.user} may not list what there is: name something by --image`);
    });
  const [chosen] = versions.filter(({ promoted }) => promoted).toSorted((a, b) => a.size - b.size);
  if (chosen !== undefined) return `${chosen.stack}/rootfs:${chosen.version}`;
  throw new Failure('not-found', 'No stack has a promoted version: there is nothing to pull');
}
