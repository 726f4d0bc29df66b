import { html, type Markup } from '../html.ts';
import { time } from '../model/format.ts';
import { tell, type Happening } from '../model/happening.ts';

/** What happened, a line each. */
export function Happenings({ happenings }: { happenings: readonly Happening[] }): Markup {
  return html`<ol class="happenings">
    ${happenings.map((happening) => {
      const { who, what, isBad } = tell(happening);
      return html`<li class=${isBad ? 'bad' : ''}>
        <time datetime=${happening.at}>${time(happening.at)}</time> <b>${who}</b> ${what}
      </li>`;
    })}
  </ol>`;
}
