import { configOptions } from './options.ts';
import type { Path } from './where.ts';

/** The option that was likely meant by an unknown name in a group of options. */
export function suggest(group: Path, name: string): string | undefined {
  const names = new Set(
    configOptions()
      .filter(({ path }) => group.every((key, i) => path[i] === key))
      .map(({ path }) => path[group.length] ?? ''),
  );
  const near = [...names]
    .map((known) => ({
      known,
      steps: known.startsWith(name) && name.length > 3 ? 1 : distance(plain(name), plain(known)),
    }))
    .filter(({ known, steps }) => steps <= Math.min(2, known.length / 3));
  return near.toSorted((one, other) => one.steps - other.steps)[0]?.known;
}

/** As people vary names: public-url, publicURL. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** How many letters must be added, left out or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      const [left = 0, above = 0, before = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, before + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
