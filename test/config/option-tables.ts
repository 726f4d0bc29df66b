import { Command, type Option } from 'commander';
import { patcherCommand } from '../../src/cli/patcher.ts';
import { configOptions, type ConfigOption } from '../../src/config/options.ts';

/** All options of a facade: those that stand alone, and then each group of them below a heading. */
export function optionTables(): string {
  const options = configOptions();
  const alone = options.filter(({ path, isGroup, flagged }) => path.length === 1 && (!isGroup || flagged));
  const groups = options.filter(({ isGroup }) => isGroup);
  return [
    tableOf(alone),
    ...groups.map(({ path, description }) => {
      const members = options.filter((one) => !one.isGroup && isIn(path, one));
      return `### \`${path.join('.')}\`\n\n${description}${members.length === 0 ? '' : `\n\n${tableOf(members)}`}`;
    }),
  ].join('\n\n');
}

/** The flags of the patcher. */
export function patcherTable(): string {
  const program = new Command();
  patcherCommand(program);
  const [patcher] = program.commands;
  if (patcher === undefined) throw new Error('There is no patcher');
  return table(
    ['Flag', 'Default', 'Means'],
    patcher.options.map((option) => [`\`${option.flags}\``, code(defaultOf(option)), option.description]),
  );
}

function isIn(group: readonly string[], { path }: ConfigOption): boolean {
  return path.length === group.length + 1 && group.every((key, i) => path[i] === key);
}

function defaultOf({ defaultValue }: Option): unknown {
  return defaultValue;
}

function tableOf(options: readonly ConfigOption[]): string {
  return table(
    ['Option', 'Flag', 'Variable', 'Default', 'Unit', 'Means'],
    options.map(({ path, flagged, default: fallback, isRequired, unit = '', description }) => [
      code(path.join('.')),
      code(flagged?.flag),
      code(flagged?.variable),
      isRequired ? 'required' : code(fallback),
      unit,
      description,
    ]),
  );
}

function code(value: unknown): string {
  if (value === undefined || value === '') return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** A table without the columns that are empty. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = headings.flatMap((_, i) => (rows.some((row) => row[i] !== '') ? [i] : []));
  const lines = [headings, headings.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${kept.map((i) => cells[i]).join(' | ')} |`).join('\n');
}
