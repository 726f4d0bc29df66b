import { requireRight } from '../../config/load.ts';
import { readConfig } from '../../config/read.ts';
import { shownOptions } from '../../config/shown.ts';
import { print, type Format } from '../print.ts';
import type { ServeFlags } from '../serve-flags.ts';
import { describeOptions } from './describe-options.ts';

/** `dropstack config show` */
export function tellOptions({ config: file, output, ...flags }: ServeFlags & { output: Format }): void {
  const reading = readConfig(flags, process.env, file);
  requireRight(reading);
  const options = shownOptions(reading);
  print(output, options, () => describeOptions(options));
}
