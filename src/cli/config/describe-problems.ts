import type { Problem } from '../../config/problem.ts';
import { tellPlace, type Where } from '../../config/where.ts';

/** Problems as compilers tell them, one a line, and how many there are. */
export function describeProblems(problems: readonly Problem[]): string {
  return [...problems.map(line), summary(problems)].join('\n');
}

/** The same for programs. `option` is absent where the file as a whole is meant, `where` where a default holds. */
export function plainProblem({ level, option, where, message }: Problem): {
  level: string;
  option?: string;
  where?: Where;
  message: string;
} {
  return {
    level,
    ...(option.length === 0 ? {} : { option: option.join('.') }),
    ...(where === undefined ? {} : { where }),
    message,
  };
}

function line({ level, option, where, message }: Problem): string {
  const name = option.join('.');
  // A flag and a variable name their option.
  if (where !== undefined && !('file' in where)) return `${tellPlace(where)}: ${level}: ${message}`;
  return [where === undefined ? [] : tellPlace(where), level, name === '' ? [] : name, message]
    .flat()
    .join(': ');
}

function summary(problems: readonly Problem[]): string {
  const [errors, warnings] = (['error', 'warning'] as const).map(
    (level) => problems.filter((problem) => problem.level === level).length,
  );
  if (errors === 0 && warnings === 0) return 'The configuration is right.';
  return `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
}

function counted(number = 0, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
