import { byPlace, type Problem } from '../../config/problem.ts';
import type { Reading } from '../../config/read.ts';
import { trials } from './trials.ts';

const order = ['error', 'warning', 'info'];

/**
 * All that is wrong with a configuration, and with what it names on this machine. Nothing is changed, and nobody is asked over
 * the network. Errors come first.
 */
export async function checkConfig({ config, problems, isSound, place }: Reading): Promise<Problem[]> {
  const found = await Promise.all(
    trials.filter(({ of }) => isSound(of)).map((trial) => trial.attempt(config)),
  );
  return [...problems, ...found.flat().map(place)].toSorted(
    (one, other) => order.indexOf(one.level) - order.indexOf(other.level) || byPlace(one, other),
  );
}
