/** Names an option: the keys that lead to it. */
export type Path = readonly PropertyKey[];

/** The place that set an option. Lines and columns are counted from 1; a file that cannot be read has none. */
export type Where =
  { file: string; line: number; column: number } | { file: string } | { flag: string } | { variable: string };

/** An option by the place that set it, in a sentence. Without an option, the place. */
export function tellOption(where: Where | undefined, option: Path): string {
  const name = option.join('.');
  if (where === undefined) return name;
  if ('flag' in where) return where.flag;
  if ('variable' in where) return where.variable;
  if (!('line' in where)) return where.file;
  return `${where.file} line ${where.line}, ${name || `column ${where.column}`}`;
}

/** A place as compilers tell it, which editors know to find. */
export function tellPlace(where: Where): string {
  if ('flag' in where) return where.flag;
  if ('variable' in where) return where.variable;
  return 'line' in where ? `${where.file}:${where.line}:${where.column}` : where.file;
}
