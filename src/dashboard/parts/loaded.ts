import { html, type Markup } from '../html.ts';
import type { Answer } from '../use-answer.ts';

/** What is shown of an answer; that it failed, beside the last one where there is one; and room for it while it comes. */
export function loaded<T>({ value, refusal, reload }: Answer<T>, show: (value: T) => Markup): Markup {
  const waiting = html`<p class="soft waiting">Loading …</p>`;
  return html`${
    refusal !== undefined &&
    html`<p class="bad" role="alert">
      ${refusal.message}.
      ${refusal.mayPass ? ' It is asked again by itself.' : html` <button type="button" onClick=${reload}>Try again</button>`}
    </p>`
  }
  ${value === undefined ? refusal === undefined && waiting : show(value)}`;
}
