import { z } from 'zod';
import { Failure } from '../../errors.ts';
import { apiFailure } from './api-failure.ts';

const change = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']), object: z.unknown() });
export type WatchEvent = z.output<typeof change>;

const trouble = z.object({
  type: z.literal('ERROR'),
  object: z.object({ code: z.int().catch(500) }).loose(),
});

/**
 * An event that tells of an error ends what its watch knew: it counts as expired, unless the API server is only busy.
 * @throws Failure of which an event tells; `corrupt` for what is no event
 */
export function watchEventOf(path: string, line: unknown): WatchEvent {
  const event = change.safeParse(line);
  if (event.success) return event.data;
  const { data } = trouble.safeParse(line);
  if (data !== undefined)
    throw apiFailure(`watch ${path}`, data.object.code === 429 ? 429 : 410, data.object);
  throw new Failure('corrupt', `Cannot watch ${path} of Kubernetes: it sends what is no event`);
}
