import type { Given } from './given.ts';
import type { Path, Where } from './where.ts';

/** The place that has the last word on an option: of `given`, the first that has it or what it is in. */
export function placeOf(option: Path, given: readonly Given[]): Where | undefined {
  return giverOf(option, given)?.where(option);
}

/** The same where it sets the very value of the option; undefined where that is a default. */
export function originOf(option: Path, given: readonly Given[]): Where | undefined {
  const giver = giverOf(option, given);
  let value: unknown = giver?.values;
  for (const key of option) {
    // A short form stands for all that it means.
    if (typeof value !== 'object' || value === null) break;
    if (!Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return giver?.where(option);
}

function giverOf([name = '']: Path, given: readonly Given[]): Given | undefined {
  return given.find(({ values }) => Object.hasOwn(values, name));
}
