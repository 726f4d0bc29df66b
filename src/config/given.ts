import type { ConfigInput } from './schema.ts';
import type { Path, Where } from './where.ts';

/** What one place says of options: the command line, the environment, or a file. */
export type Given = {
  values: ConfigInput;
  /** Where an option stands there, or the closest that holds it. */
  where(option: Path): Where;
  /** What is wrong with the place itself. */
  mistakes: readonly Mistake[];
  /** Whether `values` are all that the place says, in spite of mistakes. */
  isWhole: boolean;
};

export type Mistake = { where: Where; message: string };
