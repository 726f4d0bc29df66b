import type { Refusal } from '../ask.ts';
import { html, type Markup } from '../html.ts';

/** Why rolls are shown as they were, or not at all, for the time being. */
export function RollsAway({ refusal }: { refusal: Refusal | undefined }): Markup {
  if (refusal?.mayPass !== true) return null;
  return html`<p class="bad" role="alert">Rolls: ${refusal.message}. It is asked again by itself.</p>`;
}
