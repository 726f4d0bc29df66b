import type { RefusalRecord } from '../../droplet/record.ts';
import { html, type Markup } from '../html.ts';
import { time } from '../model/format.ts';

/** Why a droplet cannot be served, and what to do. */
export function RefusalText({ refusal }: { refusal: RefusalRecord }): Markup {
  const { rule, entry, offset, detail, at } = refusal;
  return html`<section class="refusal" aria-label="Why it is refused">
    <p class="bad">It breaks the rule <b>${rule}</b>: ${detail}</p>
    <dl class="facts">
      <dt>Entry</dt>
      <dd class="code">${entry}</dd>
      <dt>Offset</dt>
      <dd>${offset} in the tar</dd>
      <dt>Seen</dt>
      <dd>${time(at)}</dd>
    </dl>
    <p>
      Stage the app again without what breaks the rule, and put the new droplet.
      <code>docs/layers.md</code> explains each rule.
    </p>
  </section>`;
}
