import { stringify } from 'yaml';
import type { ShownOption } from '../../config/shown.ts';
import { tellPlace } from '../../config/where.ts';

/** Options as a configuration file, with the place that set each as a comment. */
export function describeOptions(options: readonly ShownOption[]): string {
  const lines: { text: string; note: string }[] = [];
  let open: readonly string[] = [];
  for (const { path, value, where } of options) {
    const shared = path.findIndex((key, i) => i === path.length - 1 || open[i] !== key);
    for (const [depth, key] of path.slice(0, -1).entries())
      if (depth >= shared) lines.push({ text: `${'  '.repeat(depth)}${key}:`, note: '' });
    open = path.slice(0, -1);
    const indent = '  '.repeat(path.length - 1);
    lines.push({
      text: `${indent}${path.at(-1)}: ${inOneLine(value)}`,
      note: where === undefined ? 'default' : tellPlace(where),
    });
  }
  const width = Math.min(48, Math.max(...lines.map(({ text }) => text.length)));
  return lines.map(({ text, note }) => (note === '' ? text : `${text.padEnd(width)}  # ${note}`)).join('\n');
}

function inOneLine(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
  }).trimEnd();
}
