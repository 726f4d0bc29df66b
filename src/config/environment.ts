import { flagged } from './flagged.ts';
import type { Given } from './given.ts';

/** The options that variables set. An empty variable is none. */
export function fromEnvironment(environment: NodeJS.ProcessEnv): Given {
  const set = flagged.filter(({ variable }) => environment[variable]);
  return {
    values: Object.fromEntries(set.map(({ name, variable }) => [name, environment[variable]])),
    where: ([name]) => ({ variable: set.find((one) => one.name === name)?.variable ?? String(name) }),
    mistakes: [],
    isWhole: true,
  };
}
