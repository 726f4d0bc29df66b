import { operations } from '../../api/operations.ts';
import { hold } from '../hold.ts';
import type { Serve } from './exchange.ts';

/** Droplets as operators see them. @param holdMs milliseconds that a client waits for a conversion */
export function adminDropletRoutes(serve: Serve, holdMs: number): void {
  serve(operations.listDroplets, ({ query: { guid } }, { droplets }) => droplets.list(guid));
  serve(operations.getDroplet, ({ parameters: { guid, hash } }, { droplets }) => droplets.get(guid, hash));
  serve(operations.deleteDroplet, ({ parameters: { guid, hash } }, { droplets }) =>
    droplets.remove(guid, hash),
  );
  serve(operations.verifyDroplet, ({ parameters: { guid, hash } }, { droplets }) =>
    droplets.verify(guid, hash),
  );
  serve(operations.warmDroplet, ({ parameters: { guid, hash }, body: { stack, version } }, { warming }) =>
    hold(warming.warm(stack, guid, hash, version), holdMs),
  );
  serve(operations.assignStack, ({ parameters: { guid }, body: { stack } }, { droplets }) =>
    droplets.assignStack(guid, stack),
  );
  serve(operations.listStored, ({ query: { since } }, { warming }) =>
    warming.stored(since === undefined ? undefined : Number(since)),
  );
  serve(operations.listRefused, (_, { droplets }) => droplets.refusals());
}
