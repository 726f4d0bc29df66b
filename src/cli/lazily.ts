/**
 * The action of a command, from a module that is loaded when the command runs. What help and completion tell is there without
 * it.
 */
export function lazily<A extends unknown[]>(
  load: () => Promise<(...given: A) => void | Promise<void>>,
): (...given: A) => Promise<void> {
  return async (...given) => (await load())(...given);
}
