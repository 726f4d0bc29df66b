import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';

const width = 1000;
const height = 20;

type Bar = {
  /** one after the other from the left */
  parts: readonly { name: string; size: number }[];
  /** sizes at which a line stands, over the whole height */
  lines?: readonly { name: string; at: number }[];
  /** from and to: how far the figure goes up and down */
  spread?: readonly [number, number];
};

/** A horizontal bar as wide as its cell. `name`s are classes that the style knows. @param full the size of the whole width */
export function bar({ parts, lines = [], spread }: Bar, full: number): Markup {
  const x = (size: number): number =>
    Math.round(Math.min(1, Math.max(0, full > 0 ? size / full : 0)) * width);
  let from = 0;
  const rects = parts.map(({ name, size }) => {
    const left = x(from);
    from += size;
    return markup`<rect class="${name}" x="${left}" y="3" width="${x(from) - left}" height="${height - 6}"/>`;
  });
  const strokes = lines.map(
    ({ name, at }) => markup`<line class="${name}" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${height}"/>`,
  );
  const whisker =
    spread &&
    markup`<line class="spread" x1="${x(spread[0])}" x2="${x(spread[1])}" y1="${height / 2}" y2="${height / 2}"/>`;
  return markup`<svg class="bar" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${rects}${whisker}${strokes}</svg>`;
}
