import { html, type Markup } from '../html.ts';

export type BarPart = { kind: string; share: number; label: string };

/** Parts of one beside each other. What it shows stands beside it in words. @param shares add up to 1 at the most */
export function Bar({ parts, label }: { parts: readonly BarPart[]; label: string }): Markup {
  return html`<div class="bar" role="img" aria-label=${label}>
    ${parts
      .filter(({ share }) => share > 0)
      .map(
        (part) =>
          html`<span
            class=${part.kind}
            title=${part.label}
            style=${{ flexGrow: String(part.share) }}
          ></span>`,
      )}
  </div>`;
}
