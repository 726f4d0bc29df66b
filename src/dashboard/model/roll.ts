import type { StatusReport } from '../../rollout/drive/status-report.ts';
import type { WaveStatus } from '../../rollout/stack/status.ts';
import { counted } from './format.ts';

/** What can be told to a roll. */
export const orders = ['pause', 'resume', 'approve', 'abort', 'undo'] as const;
export type OrderName = (typeof orders)[number] | 'start';

/** The orders that may make sense; whether one does, the facade says. */
export function ordersFor({ phase, roll }: StatusReport): readonly OrderName[] {
  if (roll === undefined) return [];
  const isUndo = roll.kind === 'undo';
  if (roll.endedAt !== undefined) return isUndo || phase === 'RolledBack' ? [] : ['undo'];
  const back = isUndo ? [] : (['undo'] as const);
  if (phase === 'Paused' || phase === 'Halted') return ['resume', 'abort', ...back];
  return [...(phase === 'AwaitingApproval' ? (['approve'] as const) : []), 'pause', 'abort', ...back];
}

/** Apps of a wave by what became of them, the settled ones first, as parts of one. */
export function waveParts({ counts }: Pick<WaveStatus, 'counts'>): {
  kind: 'done' | 'failed' | 'skipped' | 'moving' | 'waiting';
  apps: number;
  share: number;
}[] {
  const kinds = ['done', 'failed', 'skipped', 'moving', 'waiting'] as const;
  const all = Math.max(
    1,
    kinds.reduce((sum, kind) => sum + counts[kind], 0),
  );
  return kinds.map((kind) => ({ kind, apps: counts[kind], share: counts[kind] / all }));
}

/** How far a wave is, in words. */
export function stageOf(wave: WaveStatus): string {
  const approval = wave.approvedAt === undefined ? '' : `, approved by ${wave.approvedBy ?? 'somebody'}`;
  if (wave.finishedAt !== undefined) return `over${approval}`;
  if (wave.settledAt !== undefined)
    return wave.approval === true && approval === '' ? 'awaits approval' : `through${approval}`;
  return wave.startedAt === undefined
    ? 'not begun'
    : `moving ${counted(wave.counts.moving, 'app')}${approval}`;
}
