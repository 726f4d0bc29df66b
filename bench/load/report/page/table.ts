import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';

type Cell = string | Markup;

/**
 * A table whose rows begin with their heading; one too wide for the window scrolls by itself, by keys too.
 * @param texts columns that hold words, from 0; all others hold numbers and are aligned to the right
 */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  texts: readonly number[] = [0],
): Markup {
  if (rows.length === 0) return markup``;
  const kind = (column: number): string => (texts.includes(column) ? 'text' : 'number');
  const line = (row: readonly Cell[]): Markup =>
    markup`<tr>${row.map((cell, column) =>
      column === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td class="${kind(column)}">${cell}</td>`,
    )}</tr>\n`;
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${headings.map((heading, column) => markup`<th scope="col" class="${kind(column)}">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(line)}</tbody></table></div>`;
}
