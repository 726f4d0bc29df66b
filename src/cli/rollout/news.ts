import { eventsOf } from '../../rollout/control/events-of.ts';
import { stallOf } from '../../rollout/stack/stall-of.ts';
import type { StackStatus } from '../../rollout/stack/status.ts';
import { printable } from '../printable.ts';

/** Progress alone is told so often; milliseconds. */
const every = 10_000;

/**
 * Tells what has happened since it was last asked, a line for each thing: steps, failures and approvals at once, progress
 * every few seconds.
 * @returns called with each status, and whether it is the last one
 */
export function newsTeller(): (status: StackStatus | undefined, now: Date, isLast: boolean) => string[] {
  let before: StackStatus | undefined;
  let told: { message: string; stall: string | undefined; at: number } = {
    message: '',
    stall: undefined,
    at: 0,
  };
  return (status, now, isLast) => {
    if (status === undefined) return [];
    const { message, phase } = status;
    const notes = before === undefined ? [message] : eventsOf(before, status).map(({ note }) => note);
    before = status;
    const stall = stallOf(status);
    if (stall !== undefined && stall !== told.stall) notes.push(`Stalled: ${stall}`);
    const isDue = isLast || now.getTime() - told.at >= every;
    if (message !== told.message && isDue && !notes.includes(message)) notes.push(message);
    const lastTold = notes.includes(message) ? message : told.message;
    told = { message: lastTold, stall, at: notes.length > 0 ? now.getTime() : told.at };
    return notes.map((note) =>
      printable(`${now.toISOString().slice(0, 19)}Z ${phase}${note === '' ? '' : `: ${note}`}`),
    );
  };
}
