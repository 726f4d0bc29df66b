import { flagOf } from './flagged.ts';
import type { Given } from './given.ts';
import type { ConfigInput } from './schema.ts';

/** The options that flags set, which are those that are not undefined. */
export function fromFlags(flags: ConfigInput): Given {
  return {
    values: Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
    where: ([name]) => ({ flag: flagOf(String(name)) }),
    mistakes: [],
    isWhole: true,
  };
}
