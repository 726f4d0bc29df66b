import { html, type Markup } from '../html.ts';
import { useLive } from '../use-live.ts';

const words = {
  opening: 'Connecting to the facade …',
  open: 'Live',
  lost: 'The facade does not tell what happens: what is shown may be old. It is tried again by itself.',
  refused:
    'You may not hear what happens: that needs the role admin, and the password that holds today. What is shown may be old. Load the page again to log in.',
};

/** Whether what is shown is kept up to date. */
export function Connection(): Markup {
  const connection = useLive((live) => live.connection);
  return html`<p class="connection ${connection}" role="status">${words[connection]}</p>`;
}
