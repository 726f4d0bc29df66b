import type { z } from 'zod';
import type { eventSchemas } from '../../api/events.ts';
import { short } from './format.ts';
import { told } from './told.ts';

/** A change that an operator made, or a conversion. */
export type Happening = z.output<typeof eventSchemas.droplet>;

/** Who did what, in words. */
export function tell(happening: Happening): { who: string; what: string; isBad: boolean } {
  if ('outcome' in happening) return { who: happening.user, what: told(happening), isBad: false };
  const { guid, hash, action, rule, entry } = happening;
  const droplet = `droplet ${guid} ${short(hash)}`;
  if (action === 'converted') return { who: 'facade', what: `convert ${droplet}`, isBad: false };
  return { who: 'facade', what: `refuse ${droplet}: rule ${rule ?? ''}, entry ${entry ?? ''}`, isBad: true };
}
