/** Characters of a line at most. */
export const width = 120;

/** Text in lines that fit, all but the first indented by `hang`; a word too long for a line is broken, be it within a character. */
export function wrapped(text: string, indent = 0, hang = indent + 2): string[] {
  const room = width - Math.max(indent, hang);
  const words = plain(text)
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${room}}`, 'g')) ?? []);
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${' '.repeat(index === 0 ? indent : hang)}${line}`.trimEnd());
}

/** Rows in columns as wide as they must be, the first `left` of them aligned to the left, the rest to the right. */
export function columns(rows: readonly (readonly string[])[], left: number, indent = 2): string[] {
  const cells = rows.map((row) => row.map((cell, column) => cut(plain(cell), column < left ? 40 : 20)));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) => {
    const padded = row.map((cell, column) =>
      column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return cut(`${' '.repeat(indent)}${padded.join('  ')}`.trimEnd(), width);
  });
}

/** What a terminal shows as it is: names and reasons come from anywhere. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ');
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
