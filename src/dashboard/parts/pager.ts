import { html, type Markup } from '../html.ts';

type Props = { page: number; pages: number; turn: (page: number) => void; what: string };

/** Turns the pages of a list; nothing where there is one. */
export function Pager({ page, pages, turn, what }: Props): Markup {
  if (pages < 2) return null;
  return html`<nav class="pager" aria-label=${`Pages of ${what}`}>
    <button type="button" disabled=${page === 0} onClick=${() => turn(page - 1)}>Previous</button>
    <span>Page ${page + 1} of ${pages}</span>
    <button type="button" disabled=${page === pages - 1} onClick=${() => turn(page + 1)}>Next</button>
  </nav>`;
}
