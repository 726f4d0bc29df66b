import type { Unreadable } from '../../rollout/drive/roll-driver.ts';
import type { Refusal } from '../ask.ts';
import { html, type Markup } from '../html.ts';

type Props = { refusal: Refusal | undefined; unreadable: Unreadable[] };

/** Why rolls are shown as they were, or not at all, for the time being. */
export function RollsAway({ refusal, unreadable }: Props): Markup {
  const isAsked = refusal?.mayPass === true;
  return html`${isAsked && html`<p class="bad" role="alert">Rolls: ${refusal.message}. It is asked again by itself.</p>`}
  ${unreadable.map(({ stack, why }) => html`<p key=${stack} class="bad" role="alert">Roll of ${stack}: ${why}.</p>`)}`;
}
