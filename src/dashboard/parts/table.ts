import { html, type Markup } from '../html.ts';

/** `n`: numbers; `wide`: takes what room there is; `unseen`: its title is for who does not see the table */
type Kind = '' | 'n' | 'wide' | 'unseen';

type Props = { label: string; columns: Readonly<Record<string, Kind>>; children: Markup };

/** Rows under titled columns; where the screen is narrow, they scroll in their place, by keyboard too. */
export function Table({ label, columns, children }: Props): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${label}>
    <table>
      <thead>
        <tr>
          ${Object.entries(columns).map(([title, kind]) =>
            kind === 'unseen'
              ? html`<th><span class="unseen">${title}</span></th>`
              : html`<th class=${kind}>${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${children}
      </tbody>
    </table>
  </div>`;
}
