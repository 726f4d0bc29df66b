import { openApi } from '../../api/open-api.ts';
import { operations } from '../../api/operations.ts';
import type { Events } from '../events/events.ts';
import type { Serve } from './exchange.ts';

/** The facade itself: what it removes, what was done to it, what happens. */
export function facadeRoutes(serve: Serve, events: Pick<Events, 'send'>): void {
  const document = openApi();
  serve(operations.collect, ({ body }, { collection }) => collection.run(body));
  serve(operations.listAudit, ({ query: { limit, ...range } }, { audit }) =>
    audit.list({ ...range, limit: Number(limit) }),
  );
  serve(operations.watchEvents, ({ headers }, _, ctx) => events.send(ctx, headers['last-event-id']));
  serve(operations.getOpenApi, () => document);
}
