import type { Socket } from 'node:net';
import type { LimitFunction } from 'p-limit';
import type { ContentStore, Lease } from './content-store.ts';
import type { Door } from './door.ts';
import { fetchContent } from './fetch-content.ts';
import { parseManifest, type Descriptor, type Manifest } from './manifest.ts';
import type { Kind } from './observed.ts';
import { PullFailure } from './pull-failure.ts';
import type { Recording } from './recording.ts';
import { resolveTag } from './resolve-tag.ts';
import { openSession, type Session } from './session.ts';
import { openTransport, type Transport } from './transport.ts';

/** What a node's pulls share. */
export type Puller = {
  contents: ContentStore;
  /** three downloads at once */
  downloads: LimitFunction;
  connect: (door: Door, recording: Recording) => Socket;
  idleConnectionMs: number;
};

/** Why a pull failed that took too long. */
export const givenUp = 'given up';

/**
 * Pulls an image as the CRI of containerd 2.4 does: its transfer service, and so resolver and fetcher with a client each.
 * Nothing is unpacked.
 * @param timeMs after which all is broken off
 * @throws PullFailure or NetworkError
 */
export async function pullImage(
  puller: Puller,
  {
    door,
    reference,
    recording,
    timeMs,
  }: { door: Door; reference: string; recording: Recording; timeMs: number },
): Promise<void> {
  const transports: Transport[] = [];
  let isLate = false;
  const open = (): Transport => {
    const transport = openTransport(() => puller.connect(door, recording), puller.idleConnectionMs);
    transports.push(transport);
    if (isLate) transport.cancel();
    return transport;
  };
  const late = setTimeout(() => {
    isLate = true;
    for (const { cancel } of transports) cancel();
  }, timeMs);
  const lease = puller.contents.lease();
  let isComplete = false;
  try {
    const [repository = '', tag = ''] = reference.split(/:(?=[^/]*$)/);
    const path = `/v2/${repository}`;
    const found = await resolveTag(openSession(door, open(), recording), `${path}/manifests/${tag}`);
    const transport = open();
    const session = openSession(door, transport, recording);
    await fetchImage(puller, { session, lease, recording, cancel: transport.cancel }, path, found);
    isComplete = true;
  } catch (error) {
    throw isLate ? new PullFailure(givenUp) : error;
  } finally {
    clearTimeout(late);
    lease.end(isComplete);
    for (const { finish } of transports) finish();
  }
}

type Fetcher = { session: Session; lease: Lease; recording: Recording; cancel: () => void };

/** The unpacker wants the config before the layers; those come together, and where one fails the others are broken off. */
async function fetchImage(puller: Puller, fetcher: Fetcher, path: string, found: Descriptor): Promise<void> {
  const { session, lease, recording, cancel } = fetcher;
  const manifest = await lease.need(found.digest, () =>
    puller.downloads(async () => {
      const chunks: Buffer[] = [];
      const content = { ...found, kind: 'manifest-get' as const, path: `${path}/manifests/${found.digest}` };
      await fetchContent(session, content, recording, (chunk) => chunks.push(chunk));
      return readManifest(Buffer.concat(chunks));
    }),
  );
  if (manifest === undefined) throw new PullFailure('manifest-get: not of an image');
  const blob = (kind: Kind, of: Descriptor) =>
    lease.need(of.digest, () =>
      puller.downloads(async () => {
        await fetchContent(session, { ...of, kind, path: `${path}/blobs/${of.digest}` }, recording);
        return undefined;
      }),
    );
  await blob('config', manifest.config);
  const failures: unknown[] = [];
  const bring = async (layer: Descriptor): Promise<void> => {
    try {
      await blob('layer', layer);
    } catch (error) {
      failures.push(error);
      cancel();
    }
  };
  await Promise.all(manifest.layers.map(bring));
  if (failures.length > 0) throw failures[0];
}

function readManifest(bytes: Buffer): Manifest {
  try {
    return parseManifest(bytes);
  } catch {
    throw new PullFailure('manifest-get: not of an image');
  }
}
