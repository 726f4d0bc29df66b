import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { operations } from '../../api/operations.ts';
import { Failure, isFailure } from '../../errors.ts';
import type { RootfsRecord } from '../../rootfs/record.ts';
import { storeFailure } from '../../store/directory-reader.ts';
import { clientOf } from '../access.ts';
import type { Bodies } from '../bodies.ts';
import { bodyOf } from '../input.ts';
import { LongWork } from '../long-work.ts';
import { allowSlowBody } from '../server.ts';
import type { Serve } from './exchange.ts';

/** To read a root filesystem takes a core and a disk, which pulls of images want too. */
const atOnce = 2;
const mostWaiting = 100;

/**
 * The versions of stacks.
 * @param temporaryDirectory for files on their way in
 * @param uploads bounds these
 * @param holdMs milliseconds that a client waits for an image from a registry
 */
export function rootfsRoutes(
  serve: Serve,
  temporaryDirectory: string,
  uploads: Pick<Bodies, 'begin'>,
  holdMs: number,
): void {
  const pulls = new LongWork<RootfsRecord>(holdMs);
  // Each their own: a registry may be so slow that its image takes hours.
  const [pulled, uploaded] = [pLimit(atOnce), pLimit(atOnce)];
  serve(operations.listRootfs, (_, { rootfs }) => rootfs.versions());
  serve(operations.listVersions, ({ parameters: { stack } }, { rootfs }) => rootfs.versions(stack));
  serve(operations.getVersion, ({ parameters: { stack, version } }, { rootfs }) =>
    rootfs.version(stack, version),
  );
  serve(operations.getContents, ({ parameters: { stack, version } }, { rootfs }) =>
    rootfs.contents(stack, version),
  );
  serve(operations.importVersion, async ({ parameters: { stack, version }, query }, { rootfs }, ctx) => {
    const path = join(temporaryDirectory, `${randomUUID()}.rootfs`);
    try {
      await uploads.begin(clientOf(ctx), ctx.res);
      requireRoom(uploaded);
      await receive(ctx.req, path);
      const options = { ...query, name: 'the uploaded file' };
      return await uploaded(() => {
        requireClient(ctx.res);
        return rootfs.import(stack, version, path, options);
      });
    } finally {
      await rm(path, { force: true });
    }
  });
  serve(operations.pullVersion, ({ parameters: { stack, version }, body }, { rootfs }) => {
    const { reference, ...options } = body;
    const key = JSON.stringify([stack, version, reference, options]);
    return pulls.join(key, async () => {
      requireRoom(pulled);
      return pulled(() => rootfs.pull(stack, version, reference, options));
    });
  });
  serve(operations.retireVersion, ({ parameters: { stack, version } }, { rootfs }) =>
    rootfs.retire(stack, version),
  );
  serve(operations.getImpact, ({ parameters: { stack, version }, body: { droplets, from } }, { impact }) =>
    impact.droplets(stack, version, droplets, from),
  );
}

/** @throws Failure `busy` when too many wait */
function requireRoom({ pendingCount }: LimitFunction): void {
  if (pendingCount < mostWaiting) return;
  throw new Failure('busy', 'Too many root filesystems wait to be imported: ask again later', {
    retryAfter: 30,
  });
}

/** Its turn may come long after it has left. @throws Failure `busy` */
function requireClient({ closed }: ServerResponse): void {
  if (closed) throw new Failure('busy', 'The client left while its rootfs waited: nothing was imported');
}

async function receive(request: IncomingMessage, path: string): Promise<void> {
  allowSlowBody(request);
  try {
    await pipeline(bodyOf(request), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    throw isFailure(error) ? error : storeFailure('receive the rootfs', path, error);
  }
}
