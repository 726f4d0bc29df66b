import { decimal } from '../../load/report/figures/units.ts';

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(safe).join(' | ')} |`)
    .join('\n');
}

/** What comes from elsewhere neither ends a cell nor a line, and is no markup. */
function safe(cell: string): string {
  return cell.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** `1.25`: gigabits a second of bytes a second. */
export function gigabits(bytes: number): string {
  return decimal((bytes * 8) / 1e9).replace(/\.0+$/, '');
}

export function milliseconds(seconds: number): string {
  return `${decimal(seconds * 1000)} ms`;
}
