import type { AppCounts } from '../../operator/operator.ts';
import { html, type Markup } from '../html.ts';
import { time } from '../model/format.ts';
import type { Answer } from '../use-answer.ts';
import { loaded } from './loaded.ts';

type Props = { counts: Answer<AppCounts> };

/** When apps were counted, or why they cannot be. */
export function CountedApps({ counts }: Props): Markup {
  if (counts.value === undefined && counts.refusal === undefined)
    return html`<p class="soft">Apps are being counted …</p>`;
  return loaded(
    counts,
    ({ at }) =>
      html`<p class="soft">
        Apps are guids with a droplet, counted ${time(at)}.
        <button type="button" onClick=${counts.reload}>Count again</button>
      </p>`,
  );
}
