import { html, type Markup } from '../html.ts';
import { counted, percent } from '../model/format.ts';
import type { Part, StackSummary } from '../model/stacks.ts';
import { Bar } from './bar.ts';

const shades = 4;

/** How many apps get which version, as a bar and in words. */
export function VersionsBar({ stack, parts, apps }: StackSummary): Markup {
  const all = apps ?? parts.reduce((sum, { placed }) => sum + placed, 0);
  const shareOf = (part: Part): number => {
    if (part.apps !== undefined) return all === 0 ? 0 : part.apps / all;
    // Not counted: the promoted one has at least its place.
    return all === 0 ? 1 : part.placed / all;
  };
  const pictured = parts.map((part, index) => ({
    kind: part.isPromoted ? 'promoted' : `other-${index % shades}`,
    share: shareOf(part),
    label: `${part.version}: ${wordsOf(part)}`,
  }));
  return html`<${Bar} label=${`Apps of ${stack} by version`} parts=${pictured} />
    <ul class="key">
      ${pictured.map(
        ({ kind, share }, index) =>
          html`<li>
            <i class="swatch ${kind}"></i>${parts[index]?.version}
            <b> ${parts[index] && wordsOf(parts[index])}</b
            >${parts[index]?.apps !== undefined && all > 0 && ` ${percent(share)}`}
          </li>`,
      )}
    </ul>`;
}

function wordsOf({ apps, placed }: Part): string {
  if (apps !== undefined) return counted(apps, 'app');
  return placed === 0 ? 'all that are not placed' : `${counted(placed, 'app')} placed, and all that are not`;
}
