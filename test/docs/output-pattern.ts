/**
 * What matches the output that a page shows. `…` stands for anything in a line, and alone in a line for any number of lines;
 * any number of spaces for any other, since columns are as wide as what is in them.
 */
export function outputPattern(shown: string): RegExp {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '…' ? String.raw`(?:[^\n]*\n)*` : linePattern(line)));
  return new RegExp(`^${lines.join('')}$`);
}

/** Output as `outputPattern` takes it: its lines end alike. */
export function comparable(output: string): string {
  const text = output.trimEnd();
  return text === '' ? '' : `${text}\n`;
}

function linePattern(line: string): string {
  const parts = line.trimEnd().split('…').map(spaced);
  return String.raw`${parts.join(String.raw`[^\n]*`)} *\n`;
}

function spaced(text: string): string {
  return text
    .split(/ +/)
    .map((word) => RegExp.escape(word))
    .join(' +');
}
