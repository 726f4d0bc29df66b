import { readConfig } from '../../config/read.ts';
import { print, type Format } from '../print.ts';
import type { ServeFlags } from '../serve-flags.ts';
import { checkConfig } from './check.ts';
import { describeProblems, plainProblem } from './describe-problems.ts';

/** `dropstack config check` */
export async function tellProblems({
  config: file,
  output,
  ...flags
}: ServeFlags & { output: Format }): Promise<void> {
  const problems = await checkConfig(readConfig(flags, process.env, file));
  print(output, problems.map(plainProblem), () => describeProblems(problems));
  if (problems.some(({ level }) => level === 'error')) process.exitCode = 2;
}
