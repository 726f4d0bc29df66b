import { announcedSha256 } from '../../api/digest-header.ts';
import { operations } from '../../api/operations.ts';
import { anyStack } from '../../oci/reference.ts';
import { clientOf, requireRepository } from '../access.ts';
import type { Bodies } from '../bodies.ts';
import { hold } from '../hold.ts';
import { bodyOf } from '../input.ts';
import { allowSlowBody } from '../server.ts';
import type { Serve } from './exchange.ts';

/** Droplets as operators see them. @param holdMs milliseconds that a client waits for a conversion */
export function adminDropletRoutes(serve: Serve, uploads: Pick<Bodies, 'begin'>, holdMs: number): void {
  serve(operations.listDroplets, ({ query: { guid } }, { droplets }) => droplets.list(guid));
  serve(operations.countApps, (_, { droplets }) => droplets.count());
  serve(operations.getDroplet, ({ parameters: { guid, hash } }, { droplets }) => droplets.get(guid, hash));
  // Before the next one, which would take its path for that of a droplet.
  serve(operations.assignStack, async ({ parameters: { guid }, body: { stack } }, { droplets }) => {
    await droplets.assignStack(guid, stack);
  });
  serve(
    operations.putDroplet,
    async ({ parameters: { guid, hash }, query: { stack, wait }, headers }, { droplets }, ctx) => {
      requireRepository(ctx, `${anyStack}/${guid}`);
      allowSlowBody(ctx.req);
      await uploads.begin(clientOf(ctx), ctx.res);
      const sha256 = announcedSha256(headers.digest ?? '');
      return droplets.put(guid, hash, bodyOf(ctx.req), { stack, wait: wait === 'true', sha256 });
    },
  );
  serve(operations.deleteDroplet, async ({ parameters: { guid, hash } }, { droplets }) => {
    await droplets.remove(guid, hash);
  });
  serve(operations.verifyDroplet, ({ parameters: { guid, hash } }, { droplets }) =>
    droplets.verify(guid, hash),
  );
  serve(operations.warmDroplet, ({ parameters: { guid, hash }, body: { stack, version } }, { warming }) =>
    hold(warming.warm(stack, guid, hash, version), holdMs),
  );
  serve(operations.listStored, ({ query: { since } }, { warming }) => warming.stored(numberIn(since)));
  serve(operations.listRefused, ({ query: { rule, skip, limit } }, { droplets }) =>
    droplets.refusals({ rule, skip: numberIn(skip), limit: numberIn(limit) }),
  );
  serve(operations.countRefused, (_, { droplets }) => droplets.refusalRules());
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
