import { configOptions } from './options.ts';
import type { Reading } from './read.ts';
import { inUnits } from './values.ts';
import type { Where } from './where.ts';

/** An option that has a value; `where` is absent where that is a default. */
export type ShownOption = { path: readonly string[]; value: unknown; where?: Where };

/** The options in force, sizes in units. There are no secrets among them: those are in files. */
export function shownOptions({ config, originOf }: Reading): ShownOption[] {
  return configOptions().flatMap(({ path, unit, isGroup }) => {
    const value = valueOf(config, path);
    if (isGroup || value === undefined) return [];
    const where = originOf(path);
    const shown = unit === 'bytes' && typeof value === 'number' ? inUnits(value) : value;
    return [{ path, value: shown, ...(where === undefined ? {} : { where }) }];
  });
}

function valueOf(options: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.getOwnPropertyDescriptor(value, key)?.value
        : undefined,
    options,
  );
}
