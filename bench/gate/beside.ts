import { setTimeout as delay } from 'node:timers/promises';
import { copiedBytes, cpuSeconds } from '../process-tree.ts';

/** A process, and something that is asked of it, which answers how much it was. */
export type Asked = { pid: number; ask: () => Promise<number> };

/** Milliseconds of a moment: several collections of young garbage fall into each. */
const moment = 100;

/** Of the bytes in the busiest moment: what has fewer is the begin or the end. */
const idle = 0.3;

/**
 * Asks two processes at once, and tells moment by moment how many times the CPU of the other a unit of work cost the one. On a
 * machine whose cores are now fast and now slow, both are it in the same moments. How much was done in a moment tell the bytes
 * that went through the process, which are as many for each unit.
 */
export async function beside(one: Asked, other: Asked): Promise<{ ratios: number[]; work: number }> {
  const over = new AbortController();
  const asking = Promise.all([one.ask(), other.ask()]).finally(() => over.abort());
  // It is awaited below.
  asking.catch(() => undefined);
  const [ones, others]: [Look[], Look[]] = [[], []];
  const look = async (): Promise<void> => {
    const [here, there] = await Promise.all([lookAt(one.pid), lookAt(other.pid)]);
    ones.push(here);
    others.push(there);
  };
  for (; !over.signal.aborted; await delay(moment, undefined, { signal: over.signal }).catch(() => {}))
    await look();
  await look();
  const [work, otherWork] = await asking;
  const otherCosts = costs(others, otherWork);
  const ratios = costs(ones, work).flatMap((cost, at) => {
    const otherCost = otherCosts[at];
    return cost === undefined || otherCost === undefined ? [] : [cost / otherCost];
  });
  return { ratios, work };
}

type Look = { seconds: number; bytes: number };

async function lookAt(pid: number): Promise<Look> {
  const [seconds, bytes] = await Promise.all([cpuSeconds(pid), copiedBytes(pid)]);
  return { seconds, bytes };
}

/** Seconds for a unit of work in each moment; undefined where little was done. */
function costs(looks: readonly Look[], work: number): (number | undefined)[] {
  const [first, last] = [looks.at(0), looks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const unit = (last.bytes - first.bytes) / work;
  const moments = looks.slice(1).map(({ seconds, bytes }, at) => {
    const before = looks[at] ?? first;
    return { seconds: seconds - before.seconds, bytes: bytes - before.bytes };
  });
  const most = Math.max(...moments.map(({ bytes }) => bytes));
  return moments.map(({ seconds, bytes }) =>
    bytes > 0 && bytes >= idle * most ? (seconds / bytes) * unit : undefined,
  );
}
