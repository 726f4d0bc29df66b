import { Readable } from 'node:stream';
import { Failure, isFailure, reasonOf } from '../../errors.ts';
import { measure } from '../../layer/meter.ts';
import { hexOf } from '../../oci/digest.ts';
import type { Descriptor } from '../../oci/image.ts';
import { pullFailure } from '../../rootfs/registry/failure.ts';
import { resolveImage } from '../../rootfs/registry/resolve-image.ts';
import { dismiss, Wire } from '../../rootfs/registry/wire.ts';
import { minute } from '../../store/lifetime.ts';
import { bytes } from '../print.ts';
import type { Server } from '../server.ts';
import { failure, ok, type Check, type Verdict } from './check.ts';
import type { Pull } from './open-pull.ts';
import { Untried } from './untried.ts';

/** A droplet may have to be converted first, and a rootfs has hundreds of megabytes. */
const [converting, reading] = [5 * minute, 30 * minute];

/** A pull over the network, step by step as a node takes them. */
export const pullChecks: readonly Check[] = [
  {
    name: 'challenge',
    tries: 'ask the registry without saying who we are',
    needs: ['connection'],
    mend: 'see that nothing before the facade takes headers away, and that this is a facade',
    try: async (site) => beChallenged(await site.server()),
  },
  {
    name: 'credentials',
    tries: 'ask the registry as a user',
    needs: ['challenge'],
    mend: 'set --user and DROPSTACK_PASSWORD to those of a line of the users file, and give the user the role pull',
    try: async (site) => sayWho(await site.server()),
  },
  {
    name: 'manifest',
    tries: 'ask for the head of a manifest, then for it, and compare their digests',
    needs: ['credentials'],
    mend: 'dropstack image show tells what becomes of the reference, and the log of the facade why',
    longest: converting,
    try: async (site) => {
      const pull = await site.pull();
      return explained(pull, () => askForManifest(pull));
    },
  },
  {
    name: 'layers',
    tries: 'read the config and each layer of the image, and compare them with their digests',
    needs: ['manifest'],
    mend: 'where a layer is damaged in the store, dropstack droplet verify tells so: delete and put the droplet, or import the rootfs under a new version',
    longest: reading,
    try: async (site) => {
      const pull = await site.pull();
      return explained(pull, () => readBlobs(pull));
    },
  },
];

async function beChallenged(server: Server): Promise<Verdict> {
  const { status, challenge } = await ask(server, undefined);
  if (status === 401 && /^basic /i.test(challenge)) return ok('it wants to know, by Basic');
  if (status === 401) return failure(`it does not say how it wants to know: ${challenge || 'no challenge'}`);
  if (status === 200) return ok('it asks nobody: everybody may do everything');
  return failure(`it answers ${status}`);
}

async function sayWho(server: Server): Promise<Verdict> {
  const { user, password } = server;
  if (password === undefined) {
    if ((await ask(server, undefined)).status === 200) return ok('nobody is asked');
    throw new Untried('DROPSTACK_PASSWORD is not set');
  }
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  const { status } = await ask(server, `Basic ${basic}`);
  if (status === 200) return ok(`user ${user} may pull`);
  if (status === 401) return failure(`it does not know user ${user} with that password`);
  if (status === 403) return failure(`user ${user} lacks the role pull`, 'give it in the grants file');
  return failure(`it answers ${status}`);
}

async function ask(
  { url, ca }: Server,
  authorization: string | undefined,
): Promise<{ status: number; challenge: string }> {
  const wire = new Wire(url.protocol === 'http:', undefined, ca);
  try {
    const answer = await wire.get(new URL('/v2/', url), {}, authorization);
    dismiss(answer);
    return { status: answer.statusCode, challenge: String(answer.headers['www-authenticate'] ?? '') };
  } finally {
    await wire.close();
  }
}

async function askForManifest({ client, reference }: Pull): Promise<Verdict> {
  const { repository, target } = reference;
  const head = await client.head(target);
  const { digest, layers } = await resolveImage(client, reference, {}, undefined);
  if (head !== digest)
    return failure(`HEAD of ${repository} says ${head ?? 'no digest'}, GET gives ${digest}`);
  return ok(`${repository}:${target} is ${digest}, of ${layers.length} layers`);
}

async function readBlobs({ client, reference }: Pull): Promise<Verdict> {
  const { config, layers } = await resolveImage(client, reference, {}, undefined);
  const began = performance.now();
  for (const blob of [config, ...layers]) await readBlob(client, blob);
  const size = layers.reduce((sum, layer) => sum + layer.size, config.size);
  const seconds = (performance.now() - began) / 1000;
  return ok(`${layers.length} layers are right: ${bytes(size)} in ${seconds.toFixed(1)} s`);
}

/** @throws Failure `mismatch`; `unavailable` where it breaks off */
async function readBlob(client: Pull['client'], { digest, size, mediaType }: Descriptor): Promise<void> {
  const meter = await measure(Readable.from(client.blob(digest, 0)), 'sha256').catch((cause: unknown) => {
    throw new Failure('unavailable', `${digest} (${mediaType}) cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  });
  const found = meter.hex('sha256');
  if (found === hexOf(digest) && meter.size === size) return;
  throw new Failure('mismatch', `${digest} (${mediaType}) has ${meter.size} bytes that hash to ${found}`);
}

/** The words that a pull has for what goes wrong on the wire. */
async function explained(pull: Pull, work: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error)) throw error;
    throw pullFailure(pull.reference.text, '', error);
  }
}
