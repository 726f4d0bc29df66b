import type { OptionName } from '../../config/across.ts';
import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import type { Path } from '../../config/where.ts';
import { isFailure } from '../../errors.ts';

/** Something that a start would meet, and that can be tried without one. `of` are the options that it looks at. */
export type Trial = { of: readonly OptionName[]; attempt: (config: Config) => Promise<Finding[]> };

/**
 * Makes an error of an option of the Failure that `work` ends with.
 * @param judge what there is to say of what it gives
 */
export async function attempt<T>(
  option: Path,
  work: () => T | Promise<T>,
  judge: (result: T) => Finding[] = () => [],
): Promise<Finding[]> {
  try {
    return judge(await work());
  } catch (error) {
    if (!isFailure(error)) throw error;
    return [{ level: 'error', option, message: error.message }];
  }
}
