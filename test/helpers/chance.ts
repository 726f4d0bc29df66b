import { createHash, randomInt } from 'node:crypto';
import type { ExecutionContext } from 'ava';

/** Numbers from 0 to 1 by chance: the same again with the seed that the test logs, given as `SEED`. */
export function chance(t: Pick<ExecutionContext, 'log'>): () => number {
  const seed = process.env['SEED'] ?? String(randomInt(2 ** 31));
  t.log(`SEED=${seed}`);
  let nth = 0;
  return () => createHash('sha256').update(`${seed} ${nth++}`).digest().readUInt32BE() / 2 ** 32;
}
