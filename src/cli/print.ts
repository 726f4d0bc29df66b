import { printable, printableLines } from './printable.ts';

export type Format = 'text' | 'json';

/** The result of a command: as JSON for programs, else in the words of `text`. */
export function print(format: Format, value: unknown, text: () => string): void {
  process.stdout.write(`${format === 'json' ? JSON.stringify(value, null, 2) : text()}\n`);
}

/** Rows under headings, in columns as wide as they must be; `none` where there are no rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], none = ''): string {
  if (rows.length === 0) return none;
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  return [headings, ...rows]
    .map((row) =>
      row
        .map((cell, i) => printable(cell).padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line; a value may have more lines. */
export function fields(pairs: readonly (readonly [string, string | number | undefined])[]): string {
  const present = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present
    .map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${printableLines(String(value))}`)
    .join('\n');
}

/** `12.3 MB`, in powers of ten as registries count. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [size, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
