import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { operations } from '../../api/operations.ts';
import { isFailure } from '../../errors.ts';
import type { RootfsRecord } from '../../rootfs/record.ts';
import { storeFailure } from '../../store/directory-reader.ts';
import { bodyOf } from '../input.ts';
import { LongWork } from '../long-work.ts';
import { allowSlowBody } from '../server.ts';
import type { Serve } from './exchange.ts';

/**
 * The versions of stacks.
 * @param temporaryDirectory for files on their way in
 * @param holdMs milliseconds that a client waits for an image from a registry
 */
export function rootfsRoutes(serve: Serve, temporaryDirectory: string, holdMs: number): void {
  const pulls = new LongWork<RootfsRecord>(holdMs);
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
      await receive(ctx.req, path);
      return await rootfs.import(stack, version, path, { ...query, name: 'the uploaded file' });
    } finally {
      await rm(path, { force: true });
    }
  });
  serve(operations.pullVersion, ({ parameters: { stack, version }, body }, { rootfs }) => {
    const { reference, ...options } = body;
    const key = JSON.stringify([stack, version, reference, options]);
    return pulls.join(key, () => rootfs.pull(stack, version, reference, options));
  });
  serve(operations.retireVersion, ({ parameters: { stack, version } }, { rootfs }) =>
    rootfs.retire(stack, version),
  );
  serve(operations.getImpact, ({ parameters: { stack, version }, body: { droplets, from } }, { impact }) =>
    impact.droplets(stack, version, droplets, from),
  );
}

async function receive(request: IncomingMessage, path: string): Promise<void> {
  allowSlowBody(request);
  try {
    await pipeline(bodyOf(request), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    throw isFailure(error) ? error : storeFailure('receive the rootfs', path, error);
  }
}
