import type { Terminal } from '../progress.ts';

const up = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A`);
const eraseRest = '\x1b[K';
const eraseBelow = '\x1b[J';

/**
 * Draws lines over those that were drawn before, in one write, so that nothing flickers. What the terminal has no room for is
 * left out.
 */
export function redrawer(stream: Terminal & { rows?: number }): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    // Some terminals say that they have no size.
    const width = stream.columns || 80;
    const height = stream.rows || 24;
    const fitting = lines.slice(0, Math.max(1, height - 1));
    const text = fitting.map((line) => `${line.slice(0, width - 1)}${eraseRest}\n`).join('');
    stream.write(`${up(drawn)}\r${text}${eraseBelow}`);
    drawn = fitting.length;
  };
}
