/**
 * What each gave in each round. A round visits all, beginning with another one than the last: whatever else the machine
 * does meets them alike.
 */
export async function inTurn<T extends { name: string }, R>(
  rounds: number,
  all: readonly T[],
  visit: (one: T) => Promise<R>,
): Promise<Map<string, R[]>> {
  const results = new Map<string, R[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const at = round % all.length;
    for (const one of [...all.slice(at), ...all.slice(0, at)]) results.get(one.name)?.push(await visit(one));
  }
  return results;
}
