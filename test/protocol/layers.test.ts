/** Many layers at once, to clients of any speed. Each must get its own bytes, whatever is sent from the same buffers meanwhile. */
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import test from 'ava';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask } from './request.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

const guids = ['first-guid', 'second-guid', 'third-guid'];
const blobs: string[] = [];

/** More than the buffers of sockets take. */
const size = 24_000_000;
let url: string;

test.before(async () => {
  const facade = await startFacade(ends);
  ({ url } = facade);
  await facade.operator.rootfs.import(stack, '1.0', await tinyRootfs(ends, 'one'), {});
  await facade.operator.rootfs.promote(stack, '1.0');
  for (const guid of guids) {
    const droplet = await tinyDroplet(ends, randomBytes(size));
    await putDroplet(facade.operator, guid, droplet);
    const { body } = await ask(`${url}/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`);
    const { layers } = JSON.parse(body.toString()) as { layers: { digest: string }[] };
    blobs.push(`${url}/v2/cloudfoundry/${guid}/blobs/${layers.at(-1)?.digest ?? ''}`);
  }
});

test('who reads slowly, or leaves in the middle, gets no bytes of what others read meanwhile', async (t) => {
  const fast = Promise.withResolvers<void>();
  const readers = [() => digestOf(0, fast.promise), () => digestOf(1, fast.promise), () => leave(2)];
  const slow = Promise.all(
    Array.from({ length: 4 }, () => readers)
      .flat()
      .map((read) => read()),
  );
  for (let round = 0; round < 4; round++)
    t.deepEqual(await Promise.all(blobs.map((_, i) => digestOf(i))), blobs.map(digestIn));
  fast.resolve();
  const found = (await slow).filter((digest) => digest !== undefined);
  t.is(found.length, 8);
  for (const [i, digest] of found.entries()) t.is(digest, digestIn(blobs[i % 2] ?? ''));
});

function digestIn(blob: string): string {
  return blob.split('/').at(-1) ?? '';
}

/** @param pause after the first bytes */
async function digestOf(layer: number, pause?: Promise<void>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await begin(layer)) {
    hash.update(chunk);
    await pause;
  }
  return `sha256:${hash.digest('hex')}`;
}

async function leave(layer: number): Promise<undefined> {
  for await (const _ of await begin(layer)) break;
}

async function begin(layer: number): Promise<AsyncIterable<Buffer>> {
  return new Promise((resolve, reject) => {
    request(blobs[layer] ?? '', { agent: false }, resolve)
      .once('error', reject)
      .end();
  });
}
