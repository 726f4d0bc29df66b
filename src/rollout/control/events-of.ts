import type { EventText } from '../kubernetes/event-recorder.ts';
import type { Roll, StackStatus } from '../stack/status.ts';

/** What has happened between two statuses, as events for people. */
export function eventsOf(before: StackStatus, after: StackStatus): EventText[] {
  const { roll } = after;
  const events: EventText[] = [];
  if (roll !== undefined) {
    if (before.roll?.id !== roll.id) events.push(begun(roll));
    const last = before.roll?.id === roll.id ? before.roll : undefined;
    events.push(...waveEvents(last, roll), ...failureEvents(last, roll));
  }
  if (before.phase !== after.phase) events.push(phaseEvent(after));
  return events;
}

function begun({ kind, from, to, id }: Roll): EventText {
  const reason = kind === 'undo' ? 'UndoStarted' : 'RollStarted';
  return normal(reason, 'Start', `Roll ${id}: from ${from ?? 'nothing'} to ${to}`);
}

function waveEvents(last: Roll | undefined, { waves }: Roll): EventText[] {
  return waves.flatMap((wave, index) => {
    const was = last?.waves[index];
    const { name, counts } = wave;
    const events: EventText[] = [];
    if (wave.startedAt !== undefined && was?.startedAt === undefined)
      events.push(normal('WaveStarted', 'Wave', `Wave ${name} begins`));
    if (wave.approvedAt !== undefined && was?.approvedAt === undefined)
      events.push(
        normal('WaveApproved', 'Approve', `Wave ${name} was approved by ${wave.approvedBy ?? 'somebody'}`),
      );
    if (wave.finishedAt !== undefined && was?.finishedAt === undefined) {
      const note = `Wave ${name} is over: ${counts.done} done, ${counts.failed} failed, ${counts.skipped} skipped`;
      events.push(normal('WaveFinished', 'Wave', note));
    }
    return events;
  });
}

function failureEvents(last: Roll | undefined, { failures }: Roll): EventText[] {
  return failures
    .slice(last?.failures.length ?? 0)
    .map(({ guid, reason }) => warning('AppFailed', 'Judge', `App ${guid} failed and goes back: ${reason}`));
}

const troubles = new Set(['Halted', 'RollingBack', 'RolledBack', 'Aborted']);

function phaseEvent({ phase, message }: StackStatus): EventText {
  return troubles.has(phase) ? warning(phase, 'Roll', message) : normal(phase, 'Roll', message);
}

function normal(reason: string, action: string, note: string): EventText {
  return { type: 'Normal', reason, action, note };
}

function warning(reason: string, action: string, note: string): EventText {
  return { type: 'Warning', reason, action, note };
}
