import { check } from './check.ts';
import type { Contestant } from './contestant.ts';
import { inTurn } from './in-turn.ts';
import { measure, type Measured } from './measure.ts';
import type { Aim, Race } from './race.ts';
import { work } from './ratios.ts';
import { usualConnections, type Task } from './task.ts';

/** @property floor the contestant that the others are compared with */
export type WarmTask = { task: Task; unit: Race['unit']; floor: string; aims: readonly Aim[] };

/** Code is compiled and caches are full when counting begins. */
const warmSeconds = 4;

/** Requests, or megabytes, for each connection. */
const enough = 4;
const longestSeconds = 60;

/**
 * Loads all contestants with one task, in turn, for so many seconds a round.
 * @throws Error where one of them answers wrongly, or any request fails
 */
export async function warmRace(
  contestants: readonly Contestant[],
  given: WarmTask,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Race> {
  const { task, ...rest } = given;
  for (const contestant of contestants) {
    await check(contestant, task);
    await flawless(contestant, task, warmSeconds);
  }
  const samples = await inTurn(rounds, contestants, (contestant) => enoughOf(contestant, given, seconds));
  return { task: task.name, ...rest, samples };
}

/** Who hashes a password for each request is given the time for some: what is under way at the end is paid, and not counted. */
async function enoughOf(contestant: Contestant, given: WarmTask, seconds: number): Promise<Measured> {
  const { task, unit } = given;
  const { connections = usualConnections } = task;
  const measured = await flawless(contestant, task, seconds);
  if (work(measured, unit) >= enough * connections) return measured;
  if (seconds < longestSeconds) return enoughOf(contestant, given, seconds * 4);
  throw new Error(`${contestant.name} answered ${measured.requests} times in ${seconds} s at ${task.name}`);
}

async function flawless(contestant: Contestant, task: Task, seconds: number): Promise<Measured> {
  const measured = await measure(contestant, task, seconds);
  if (measured.errors === 0) return measured;
  throw new Error(`${contestant.name} failed ${measured.errors} times at ${task.name}`);
}
