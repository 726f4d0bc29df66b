import { checkConfig } from '../config/check.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import type { Problem } from '../../config/problem.ts';

/** Of the configuration, and of what a start needs of this machine. */
export const configurationChecks: readonly Check[] = [
  {
    name: 'configuration',
    tries: 'read the configuration as serve does',
    needs: [],
    mend: 'dropstack config check says more, line by line',
    try: async (site) => {
      await site.config();
      return ok('it can be used');
    },
  },
  {
    name: 'files',
    tries: 'try what serve would need of this machine to start',
    needs: ['configuration'],
    mend: 'dropstack config check says more, line by line',
    try: async (site) => judge(await checkConfig(await site.reading())),
  },
];

function judge(problems: readonly Problem[]): Verdict {
  const [errors, warnings] = (['error', 'warning'] as const).map((level) =>
    problems.filter((problem) => problem.level === level),
  );
  const [first, second] = [errors ?? [], warnings ?? []];
  if (first.length > 0) return failure(told(first));
  if (second.length > 0) return warning(told(second), 'dropstack config check says more');
  return ok('all is there');
}

function told(problems: readonly Problem[]): string {
  return problems.map(({ option, message }) => `${option.join('.')}: ${message}`).join('; ');
}
